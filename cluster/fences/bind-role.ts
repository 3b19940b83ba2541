/** CREATE by BindRole: only a grant exactly as the catalog allows it, and only while its create-before has not passed. */
import { managedBy } from '#domain/access-entry.ts';
import { marks } from '#domain/role-binding.ts';
import { literal, markOf, requestIdPattern } from '../cel.ts';
import { bindRoleUser } from '../identities.ts';
import type { OfferedRole } from '../offer.ts';
import { type Fence, onRbac } from './policy.ts';

/** Named in the refusal of a forbidden RoleBinding: see ../forbidden-binding.ts. */
export const bindRoleFence = 'curfew-bind-role';

/** A cluster's clock may be this far from the broker's before a grant of the longest duration is refused. */
export const skewAllowanceSeconds = 60;

const instantPattern = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$';
// A User is one session of one role; a Group is everyone in one role. Both end where AWS's own naming rules end.
const userPattern = '^curfew:[0-9]{12}:[0-9A-Za-z_+=,.@-]{1,64}:[0-9A-Za-z_+=,.@-]{2,64}$';
const groupPattern = '^curfew:principal:[0-9a-f]{32}$';

export function bindRole(
  offer: readonly OfferedRole[],
  protectedNamespaces: readonly string[],
  deployment: string,
): Fence {
  const namespacesByRole = Object.fromEntries(offer.map((o) => [o.clusterRole, o.namespaces]));
  const longestByRole = Object.fromEntries(
    offer.map((o) => [o.clusterRole, `${o.maxDurationSeconds + skewAllowanceSeconds}s`]),
  );
  return {
    name: bindRoleFence,
    failurePolicy: 'Fail',
    on: [onRbac(['rolebindings'], 'CREATE')],
    when: [{ name: 'by-bind-role', expression: `request.userInfo.username == ${literal(bindRoleUser)}` }],
    variables: [
      { name: 'request', expression: markOf('labels', marks.request) },
      { name: 'expiresAt', expression: markOf('annotations', marks.expiresAt) },
      { name: 'createBefore', expression: markOf('annotations', marks.createBefore) },
      // Set by the server, in whole seconds and as text; the true moment lies within the second that it begins.
      { name: 'created', expression: 'timestamp(object.metadata.creationTimestamp)' },
      { name: 'namespacesByRole', expression: literal(namespacesByRole) },
      { name: 'longestByRole', expression: literal(longestByRole) },
    ],
    require: [
      {
        expression: `${markOf('labels', marks.managedBy)} == ${literal(managedBy)} && ${markOf('labels', marks.deployment)} == ${literal(deployment)}`,
        message: `A grant carries the labels ${marks.managedBy}=${managedBy} and ${marks.deployment}=${deployment}.`,
      },
      {
        expression: `variables.request.matches(${literal(`^${requestIdPattern}$`)}) && object.metadata.?name.orValue('') == 'curfew-' + variables.request`,
        message: `A grant is named curfew-<request id>, and its label ${marks.request} is that request id.`,
      },
      {
        expression: `!object.metadata.namespace.startsWith('kube-') && !(object.metadata.namespace in ${literal(protectedNamespaces)})`,
        message: 'This namespace is protected: nothing is granted in it.',
      },
      {
        expression: `object.roleRef.kind == 'ClusterRole' && object.metadata.namespace in variables.namespacesByRole[?object.roleRef.name].orValue([])`,
        message:
          "The catalog does not offer this role in this namespace. After a change of the catalog, run 'curfew onboard' again.",
      },
      {
        expression: `size(object.?subjects.orValue([])) == 1 && object.subjects.all(s, s.?namespace.orValue('') == '' && ((s.kind == 'User' && s.name.matches(${literal(userPattern)})) || (s.kind == 'Group' && s.name.matches(${literal(groupPattern)}))))`,
        message:
          'A grant has exactly one subject: a User curfew:<account>:<role>:<session> or a Group curfew:principal:<hash>.',
      },
      {
        expression: `variables.expiresAt.matches(${literal(instantPattern)}) && timestamp(variables.expiresAt) > variables.created && timestamp(variables.expiresAt) - variables.created <= duration(variables.longestByRole[?object.roleRef.name].orValue('0s'))`,
        message: `The annotation ${marks.expiresAt} must be a UTC instant after now, and no further than the role's longest duration.`,
      },
      {
        expression: `variables.createBefore.matches(${literal(instantPattern)}) && variables.created + duration('1s') <= timestamp(variables.createBefore) && timestamp(variables.createBefore) <= timestamp(variables.expiresAt)`,
        message: `Too late: the annotation ${marks.createBefore} must be a UTC instant at least a second ahead, and not after ${marks.expiresAt}.`,
      },
      {
        expression:
          'size(object.metadata.?finalizers.orValue([])) == 0 && size(object.metadata.?ownerReferences.orValue([])) == 0',
        message: 'A grant has no finalizers, which could hold up its end, and no owners.',
      },
    ],
  };
}
