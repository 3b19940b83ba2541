/** DELETE by the broker: UnbindRole deletes grants, and nothing else that is bound in a namespace. */
import { grantNamePattern, literal } from '../cel.ts';
import { brokerUsers, unbindRoleUser } from '../identities.ts';
import { type Fence, onRbac } from './policy.ts';

/**
 * Judged by the name alone. A label could be taken off while the fences were down, and would then keep a grant from
 * being revoked; a name can't, and only BindRole could give this one. Nobody else's deleting is judged at all.
 */
export const brokerDeletes: Fence = {
  name: 'curfew-broker-deletes',
  failurePolicy: 'Ignore',
  on: [onRbac(['rolebindings'], 'DELETE')],
  when: [{ name: 'by-the-broker', expression: `request.userInfo.username in ${literal(brokerUsers)}` }],
  require: [
    {
      expression: `request.userInfo.username == ${literal(unbindRoleUser)} && request.name.matches(${literal(grantNamePattern)})`,
      message: 'The broker deletes grants only: RoleBindings named curfew-<request id>, as UnbindRole.',
    },
  ],
};
