/** Writes by people with a grant: nothing that would give access which outlives it. */
import { type Fence, onRbac } from '../policy.ts';
import { byPeople } from './by-people.ts';

export const people: Fence = {
  name: 'curfew-people',
  failurePolicy: 'Fail',
  on: [
    onRbac(['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'], 'CREATE', 'UPDATE', 'DELETE'),
    { apiGroups: [''], apiVersions: ['*'], operations: ['CREATE'], resources: ['serviceaccounts/token'] },
  ],
  when: [byPeople],
  require: [
    {
      expression: 'false',
      message:
        'Temporary access never makes lasting access: RBAC objects and service account tokens are out of its reach.',
    },
  ],
};
