/** DELETE by the broker: UnbindRole deletes grants, and no other RoleBinding or Role. */
import { grantNamePattern, literal } from '../cel.ts';
import { brokerUsers, unbindRoleUser } from '../identities.ts';
import { type Fence, onRbac } from './policy.ts';

/**
 * Judged by the name alone. A label could be taken off while the fences were down, and would then keep a grant from
 * being revoked; a name can't, and only BindRole and DefineRole could give this one. Nobody else's deleting is judged at all.
 */
export const brokerDeletes: Fence = {
  name: 'curfew-broker-deletes',
  failurePolicy: 'Ignore',
  on: [onRbac(['rolebindings', 'roles'], 'DELETE')],
  when: [{ name: 'by-the-broker', expression: `request.userInfo.username in ${literal(brokerUsers)}` }],
  require: [
    {
      expression: `request.userInfo.username == ${literal(unbindRoleUser)} && request.name.matches(${literal(grantNamePattern)})`,
      message:
        'The broker deletes grants only: RoleBindings and Roles named curfew-<request id>, as UnbindRole.',
    },
  ],
};
