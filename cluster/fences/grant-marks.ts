/** What the RoleBinding and the Role of a grant have in common when they are made: marks, place and time. */
import { managedBy } from '#domain/access-entry.ts';
import { marks } from '#domain/role-binding.ts';
import { literal, markOf, requestIdPattern } from '../cel.ts';
import type { OfferedRole } from '../offer.ts';
import type { Fence } from './policy.ts';

/** A cluster's clock may be this far from the broker's before a grant of the longest duration is refused. */
export const skewAllowanceSeconds = 60;

const instantPattern = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$';

/** @param offered CEL: the ClusterRole of the catalog that is granted, whole or in part */
export function grantVariables(
  offer: readonly OfferedRole[],
  offered: string,
): NonNullable<Fence['variables']> {
  const namespacesByRole = Object.fromEntries(offer.map((o) => [o.clusterRole, o.namespaces]));
  const longestByRole = Object.fromEntries(
    offer.map((o) => [o.clusterRole, `${o.maxDurationSeconds + skewAllowanceSeconds}s`]),
  );
  return [
    { name: 'request', expression: markOf('labels', marks.request) },
    { name: 'expiresAt', expression: markOf('annotations', marks.expiresAt) },
    { name: 'createBefore', expression: markOf('annotations', marks.createBefore) },
    { name: 'within', expression: markOf('annotations', marks.within) },
    // Set by the server, in whole seconds and as text; the true moment lies within the second that it begins.
    { name: 'created', expression: 'timestamp(object.metadata.creationTimestamp)' },
    { name: 'namespacesByRole', expression: literal(namespacesByRole) },
    { name: 'longestByRole', expression: literal(longestByRole) },
    { name: 'offered', expression: offered },
  ];
}

export function grantRules(protectedNamespaces: readonly string[], deployment: string): Fence['require'] {
  return [
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
      expression: 'object.metadata.namespace in variables.namespacesByRole[?variables.offered].orValue([])',
      message:
        "The catalog does not offer this role in this namespace. After a change of the catalog, run 'curfew onboard' again.",
    },
    {
      expression: `variables.expiresAt.matches(${literal(instantPattern)}) && timestamp(variables.expiresAt) > variables.created && timestamp(variables.expiresAt) - variables.created <= duration(variables.longestByRole[?variables.offered].orValue('0s'))`,
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
  ];
}
