/** Writes by people with a grant to what proves an identity: no token that lasts, no other role in AWS. */
import { literal } from '../../cel.ts';
import type { Fence } from '../policy.ts';
import { byPeople } from './by-people.ts';

const roleArn = 'eks.amazonaws.com/role-arn';
const annotated = (object: string) => `${object}.?metadata.?annotations[?${literal(roleArn)}].orValue('')`;

export const peopleIdentities: Fence = {
  name: 'curfew-people-identities',
  failurePolicy: 'Fail',
  on: [
    {
      apiGroups: [''],
      apiVersions: ['*'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['secrets', 'serviceaccounts'],
    },
  ],
  when: [byPeople],
  require: [
    {
      // Kubernetes fills it in with a token that never expires.
      expression: "object.?type.orValue('') != 'kubernetes.io/service-account-token'",
      message:
        'Temporary access never makes lasting access: Secrets for tokens of service accounts are out of its reach.',
    },
    {
      expression: `request.resource.resource != 'serviceaccounts' || ${annotated('object')} == (oldObject == null ? '' : ${annotated('oldObject')})`,
      message: `With temporary access a service account gets no other IAM role (annotation ${roleArn}).`,
    },
  ],
};
