/** CREATE by anyone else, cluster-admins too: nobody but BindRole makes a RoleBinding that passes for a grant, and nobody but DefineRole such a Role. */
import { marks } from '#domain/role-binding.ts';
import { literal, looksLikeGrant, markOf, nameStartsWith } from '../cel.ts';
import { bindRoleUser, brokerPrefix, defineRoleUser } from '../identities.ts';
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
  on: [onRbac(['rolebindings', 'roles'], 'CREATE')],
  when: [
    {
      name: 'not-by-who-makes-them',
      expression: `request.userInfo.username != (request.resource.resource == 'roles' ? ${literal(defineRoleUser)} : ${literal(bindRoleUser)})`,
    },
    { name: 'looks-like-a-grant', expression: `${looksLikeGrant} || (${takesOurName})` },
  ],
  require: [
    {
      expression: 'false',
      message:
        "Only Curfew makes RoleBindings and Roles whose names begin with curfew- or that carry its labels. Ask for access with 'curfew request', or choose another name and leave its labels out.",
    },
  ],
};
