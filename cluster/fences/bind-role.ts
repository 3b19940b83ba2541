/** CREATE by BindRole: only a grant exactly as the catalog allows it, and only while its create-before has not passed. */
import { marks } from '#domain/role-binding.ts';
import { literal } from '../cel.ts';
import { bindRoleUser } from '../identities.ts';
import type { OfferedRole } from '../offer.ts';
import { grantRules, grantVariables } from './grant-marks.ts';
import { type Fence, onRbac } from './policy.ts';

/** Named in the refusal of a forbidden RoleBinding: see ../forbidden-binding.ts. */
export const bindRoleFence = 'curfew-bind-role';

// A User is one session of one role; a Group is everyone in one role. Both end where AWS's own naming rules end.
const userPattern = '^curfew:[0-9]{12}:[0-9A-Za-z_+=,.@-]{1,64}:[0-9A-Za-z_+=,.@-]{2,64}$';
const groupPattern = '^curfew:principal:[0-9a-f]{32}$';

/**
 * A task's Role can't be looked at from here, so its RoleBinding repeats what it lies within, which bounds its time. That
 * the Role keeps to it is seen to where it is made, and nobody but DefineRole can make one of such a name.
 */
const offered = "object.roleRef.kind == 'Role' ? variables.within : object.roleRef.name";

export function bindRole(
  offer: readonly OfferedRole[],
  protectedNamespaces: readonly string[],
  deployment: string,
): Fence {
  const inPart = offer.filter(({ tasks }) => tasks === 'only').map(({ clusterRole }) => clusterRole);
  return {
    name: bindRoleFence,
    failurePolicy: 'Fail',
    on: [onRbac(['rolebindings'], 'CREATE')],
    when: [{ name: 'by-bind-role', expression: `request.userInfo.username == ${literal(bindRoleUser)}` }],
    variables: grantVariables(offer, offered),
    require: [
      ...grantRules(offer, protectedNamespaces, deployment),
      {
        expression: `object.roleRef.kind == 'Role' ? object.roleRef.name == object.metadata.?name.orValue('') : variables.within == ''`,
        message: `A grant binds a ClusterRole of the catalog, or the Role of its own name, and then says by ${marks.within} what that lies within.`,
      },
      {
        expression: `object.roleRef.kind == 'Role' || !(object.roleRef.name in ${literal(inPart)})`,
        message: 'The catalog gives this role in part only, for one task at a time.',
      },
      {
        expression: `size(object.?subjects.orValue([])) == 1 && object.subjects.all(s, s.?namespace.orValue('') == '' && ((s.kind == 'User' && s.name.matches(${literal(userPattern)})) || (s.kind == 'Group' && s.name.matches(${literal(groupPattern)}))))`,
        message:
          'A grant has exactly one subject: a User curfew:<account>:<role>:<session> or a Group curfew:principal:<hash>.',
      },
    ],
  };
}
