/** Everything that stands in a cluster for Curfew, as a pure function of catalog, cluster and deployment. */

import { type Catalog, ownNamespace } from '#domain/catalog.ts';
import { environmentOf } from '#domain/catalog-lookup.ts';
import type { Existing } from '#domain/namespaces.ts';
import { marks } from '#domain/role-binding.ts';
import { brokerRights } from './broker-rights.ts';
import { bindRole } from './fences/bind-role.ts';
import { brokerDeletes } from './fences/broker-deletes.ts';
import { brokerWrites } from './fences/broker-writes.ts';
import { defineRole } from './fences/define-role.ts';
import { generalFences } from './fences/general.ts';
import { grantForgery } from './fences/grant-forgery.ts';
import { grantUpdate } from './fences/grant-update.ts';
import { janitor } from './fences/janitor.ts';
import { forbiddenCall } from './fences/people/forbidden-calls.ts';
import { peopleIdentities } from './fences/people/identities.ts';
import {
  peopleInCluster,
  peopleInProtected,
  peopleLabels,
  peopleNamespaces,
} from './fences/people/places.ts';
import { peoplePods, peopleRevisions } from './fences/people/pods.ts';
import { people } from './fences/people/rights.ts';
import { type Fence, fenceManifests } from './fences/policy.ts';
import { roleCreate, roleUpdate } from './fences/role-definitions.ts';
import { janitorManifests } from './janitor/manifests.ts';
import { type Manifest, onboardedBy } from './manifest.ts';
import { goesByLabels, offerOn } from './offer.ts';
import { roleDefinitions } from './role-definitions.ts';

export interface ClusterManifests {
  /** First of all: without them nothing else may stand. */
  fences: Manifest[];
  roles: Manifest[];
  /** From here on grants are possible. */
  rights: Manifest[];
  /** Empty where it is not wanted. */
  janitor: Manifest[];
}

export function onboardingLabels(deployment: string): Record<string, string> {
  return { [marks.managedBy]: onboardedBy, [marks.deployment]: deployment };
}

/**
 * Throws InvalidInput for an unknown cluster, or one on which nothing is offered.
 *
 * @param image what the janitor runs in; undefined for a cluster without one
 * @param existing namespaces of the cluster, among which those are that patterns and labels stand for
 */
export function manifestsFor(
  catalog: Catalog,
  clusterName: string,
  deployment: string,
  image: string | undefined,
  existing: readonly Existing[] = [],
): ClusterManifests {
  const offer = offerOn(catalog, clusterName, existing);
  const labels = onboardingLabels(deployment);
  const protectedNamespaces = [...(catalog.clusters[clusterName]?.protectedNamespaces ?? []), ownNamespace];
  const fences = [
    bindRole(offer, protectedNamespaces, deployment),
    defineRole(offer, protectedNamespaces, deployment),
    grantUpdate,
    brokerDeletes,
    janitor(deployment),
    brokerWrites,
    roleCreate,
    roleUpdate,
    people,
    peopleIdentities,
    peopleInProtected(protectedNamespaces),
    peopleInCluster,
    peopleNamespaces,
    peoplePods,
    peopleRevisions,
    ...environmentFences(catalog, clusterName, protectedNamespaces),
    // Last: an API server takes up policies in the order in which they are written, so once this one holds, all of them do.
    grantForgery,
  ];
  return {
    fences: fences.flatMap((fence) => fenceManifests(fence, labels)),
    roles: roleDefinitions(offer, labels),
    rights: brokerRights(offer, labels, goesByLabels(catalog, clusterName)),
    janitor: image === undefined ? [] : janitorManifests(offer, deployment, labels, image),
  };
}

/** What the cluster's environment adds. */
function environmentFences(
  catalog: Catalog,
  clusterName: string,
  protectedNamespaces: readonly string[],
): Fence[] {
  const found = environmentOf(catalog, clusterName);
  if (!found) return [];
  const { name, rules } = found;
  const { forbids, requiredLabels, general } = rules;
  return [
    ...[...new Set(forbids)].sort().map((call) => forbiddenCall(call, name)),
    ...(requiredLabels.length > 0 ? [peopleLabels(requiredLabels)] : []),
    ...(general === 'off' ? [] : generalFences(general, requiredLabels, protectedNamespaces)),
  ];
}
