/** Clusters as onboarding leaves them, taken once from the memory world and made anew for each history. */
import { MemoryCluster, type MemoryClusterApi } from '#adapters/memory/cluster.ts';
import type { MemoryEntries } from '#adapters/memory/entries.ts';
import { memoryWorld } from '#adapters/memory/world.ts';
import { haveView } from '../../builders/foreign-role.ts';

const world = memoryWorld();
const addresses = [...world.inside.entries.clusters];
const made = Object.keys(world.catalog.clusters).map((name) => {
  const { eksName = name } = world.catalog.clusters[name] ?? {};
  return { name, eksName, cluster: world.clusterOf(name) };
});

/** Puts the clusters of the sample catalog into EKS and behind the API; returns them by their names in the catalog. */
export function onboarded(entries: MemoryEntries, api: MemoryClusterApi): Map<string, MemoryCluster> {
  for (const [name, address] of addresses) entries.clusters.set(name, address);
  const byName = new Map<string, MemoryCluster>();
  for (const { name, eksName, cluster: template } of made) {
    const cluster = new MemoryCluster();
    for (const [role, rules] of template.clusterRoles) cluster.clusterRoles.set(role, rules);
    haveView(cluster);
    for (const namespace of template.namespaces) cluster.namespaces.add(namespace);
    api.clusters.set(eksName, cluster);
    byName.set(name, cluster);
  }
  return byName;
}
