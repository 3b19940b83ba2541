/** What SweepGrants sets going each minute besides its own work: looks at clusters, and the ends of crowds. */

import { catalogClusters } from '#domain/catalog.ts';
import { crowdsOf, endsToPrepare, isItsMinute } from '#domain/cluster-sweep.ts';
import { clusterName } from '#domain/eks-cluster.ts';
import { after, type Instant } from '#domain/instant.ts';
import { patience } from '#domain/lifecycle.ts';
import type { World } from '#ports';

/** More grants than can end in one minute. */
const mostEnds = 20_000;

type Needs = Pick<World, 'catalog' | 'settings' | 'records' | 'clusters' | 'background'>;

/** Each cluster that is or was in the catalog has its turn every few minutes. `at`: the minute that is swept. */
export async function scheduleSweeps(world: Needs, at: Instant): Promise<void> {
  const known = new Map((await world.clusters.list()).map((cluster) => [clusterName(cluster), cluster]));
  for (const cluster of catalogClusters(world.catalog, world.settings.region)) {
    if (known.has(clusterName(cluster))) continue;
    // From now on it is looked after, also once it has left the catalog.
    await world.clusters.remember(cluster);
    known.set(clusterName(cluster), cluster);
  }
  const due = [...known.values()].filter((cluster) => isItsMinute(cluster, at));
  await Promise.all(due.map((cluster) => world.background.sweepCluster({ v: 1, cluster, at })));
}

/** Where so many grants end at once that one function each would starve them all. */
export async function prepareCrowds(world: Needs, at: Instant): Promise<void> {
  const ends = endsToPrepare(at);
  // In the index by when the sweep would miss their end.
  const due = { from: after(ends.from, patience.hold), before: after(ends.before, patience.hold) };
  const crowds = crowdsOf(await world.records.liveDue(due, mostEnds), ends);
  await Promise.all(crowds.map((crowd) => world.background.sweepCluster({ v: 1, at, ...crowd })));
}
