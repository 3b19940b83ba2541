/** What the RoleBinding and the Role of a grant have in common when they are made: marks, place and time. */
import { managedBy } from '#domain/access-entry.ts';
import { labelsOf } from '#domain/namespaces.ts';
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
  return [
    { name: 'request', expression: markOf('labels', marks.request) },
    { name: 'expiresAt', expression: markOf('annotations', marks.expiresAt) },
    { name: 'createBefore', expression: markOf('annotations', marks.createBefore) },
    { name: 'within', expression: markOf('annotations', marks.within) },
    // Set by the server, in whole seconds and as text; the true moment lies within the second that it begins.
    { name: 'created', expression: 'timestamp(object.metadata.creationTimestamp)' },
    { name: 'longest', expression: literal(longestByPlace(offer)) },
    { name: 'offered', expression: offered },
  ];
}

/**
 * How long each ClusterRole can be had in each of its namespaces. One that isn't ours may be offered by several roles of the
 * catalog, each for places and times of its own.
 */
function longestByPlace(offer: readonly OfferedRole[]): Record<string, Record<string, string>> {
  const seconds = new Map<string, Map<string, number>>();
  for (const { clusterRole, namespaces, maxDurationSeconds } of offer) {
    const places = seconds.get(clusterRole) ?? new Map<string, number>();
    for (const namespace of namespaces)
      places.set(namespace, Math.max(maxDurationSeconds, places.get(namespace) ?? 0));
    seconds.set(clusterRole, places);
  }
  const withSkew = (longest: number) => `${longest + skewAllowanceSeconds}s`;
  return Object.fromEntries(
    [...seconds].map(([clusterRole, places]) => [
      clusterRole,
      Object.fromEntries([...places].map(([namespace, longest]) => [namespace, withSkew(longest)])),
    ]),
  );
}

/** For each ClusterRole the places where it is offered for their labels alone, with the labels of each of its selectors. */
function labelsByPlace(offer: readonly OfferedRole[]) {
  const byRole = Map.groupBy(offer, ({ clusterRole }) => clusterRole);
  const entries = [...byRole].map(([clusterRole, offered]) => {
    const places = new Set(offered.flatMap(({ byLabel }) => Object.keys(byLabel)));
    const named = (place: string) =>
      offered.some(({ namespaces, byLabel }) => namespaces.includes(place) && !Object.hasOwn(byLabel, place));
    const selectors = (place: string) => offered.flatMap(({ byLabel }) => byLabel[place] ?? []);
    const labels = [...places]
      .filter((place) => !named(place))
      .map((place) => [place, selectors(place).map((one) => Object.fromEntries(labelsOf(one)))] as const);
    return [clusterRole, Object.fromEntries(labels)] as const;
  });
  return Object.fromEntries(entries.filter(([, places]) => Object.keys(places).length > 0));
}

/** That a namespace is still labelled as it was when this was put up: a label that goes takes what it offered along. */
function labelRule(offer: readonly OfferedRole[]): Fence['require'] {
  const labels = labelsByPlace(offer);
  if (Object.keys(labels).length === 0) return [];
  const wanted = `${literal(labels)}[?variables.offered][?object.metadata.namespace]`;
  return [
    {
      expression: `!${wanted}.hasValue() || ${wanted}.value().exists(s, s.all(k, namespaceObject.metadata.?labels[?k].orValue('') == s[k]))`,
      message:
        'The catalog offers this role in this namespace for its labels, which it has not got any more.',
    },
  ];
}

export function grantRules(
  offer: readonly OfferedRole[],
  protectedNamespaces: readonly string[],
  deployment: string,
): Fence['require'] {
  return [
    ...labelRule(offer),
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
      expression: 'variables.longest[?variables.offered][?object.metadata.namespace].hasValue()',
      message:
        "The catalog does not offer this role in this namespace. After a change of the catalog, run 'curfew onboard' again.",
    },
    {
      expression: `variables.expiresAt.matches(${literal(instantPattern)}) && timestamp(variables.expiresAt) > variables.created && timestamp(variables.expiresAt) - variables.created <= duration(variables.longest[?variables.offered][?object.metadata.namespace].orValue('0s'))`,
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
