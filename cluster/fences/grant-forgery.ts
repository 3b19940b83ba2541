/** CREATE by anyone else: nobody but BindRole makes a RoleBinding that passes for a grant. */
import { literal, looksLikeGrant } from '../cel.ts';
import { bindRoleUser } from '../identities.ts';
import { type Fence, onRbac } from './policy.ts';

export const grantForgery: Fence = {
  name: 'curfew-grant-forgery',
  failurePolicy: 'Fail',
  on: [onRbac(['rolebindings'], 'CREATE')],
  when: [
    { name: 'not-by-bind-role', expression: `request.userInfo.username != ${literal(bindRoleUser)}` },
    { name: 'looks-like-a-grant', expression: looksLikeGrant },
  ],
  require: [
    {
      expression: 'false',
      message:
        "Only Curfew makes RoleBindings that carry its labels or its names (curfew-<request id>). Ask for access with 'curfew request', or choose another name and leave its labels out.",
    },
  ],
};
