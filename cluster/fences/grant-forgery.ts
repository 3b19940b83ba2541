/** CREATE by anyone else, cluster-admins too: nobody but BindRole makes a RoleBinding that passes for a grant. */
import { marks } from '#domain/role-binding.ts';
import { literal, looksLikeGrant, markOf, nameStartsWith } from '../cel.ts';
import { bindRoleUser, brokerPrefix } from '../identities.ts';
import { onboardedBy } from '../manifest.ts';
import { type Fence, onRbac } from './policy.ts';

/**
 * All names that begin as a grant's do, not only exact ones: who reads an audit log or a list of RoleBindings should not
 * have to count letters. Onboarding gives the broker its rights under such names, with its own label.
 */
const takesOurName = `${nameStartsWith('curfew-')} && !(${nameStartsWith(brokerPrefix)} && ${markOf('labels', marks.managedBy)} == ${literal(onboardedBy)})`;

export const grantForgery: Fence = {
  name: 'curfew-grant-forgery',
  failurePolicy: 'Fail',
  on: [onRbac(['rolebindings'], 'CREATE')],
  when: [
    { name: 'not-by-bind-role', expression: `request.userInfo.username != ${literal(bindRoleUser)}` },
    { name: 'looks-like-a-grant', expression: `${looksLikeGrant} || (${takesOurName})` },
  ],
  require: [
    {
      expression: 'false',
      message:
        "Only Curfew makes RoleBindings whose names begin with curfew- or that carry its labels. Ask for access with 'curfew request', or choose another name and leave its labels out.",
    },
  ],
};
