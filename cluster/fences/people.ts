/** Writes by people with a grant: nothing that would give access which outlives it. */
import { literal } from '../cel.ts';
import { peoplePrefix } from '../identities.ts';
import { type Fence, onRbac } from './policy.ts';

export const people: Fence = {
  name: 'curfew-people',
  failurePolicy: 'Fail',
  on: [
    onRbac(['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'], 'CREATE', 'UPDATE', 'DELETE'),
    { apiGroups: [''], apiVersions: ['*'], operations: ['CREATE'], resources: ['serviceaccounts/token'] },
  ],
  when: [
    {
      name: 'by-a-person-with-a-grant',
      expression: `request.userInfo.username.startsWith(${literal(peoplePrefix)})`,
    },
  ],
  require: [
    {
      expression: 'false',
      message:
        'Temporary access never makes lasting access: RBAC objects and service account tokens are out of its reach.',
    },
  ],
};
