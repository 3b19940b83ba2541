/** Where a cluster of the catalog is reached: what a kubeconfig needs, and no secret. */
import { InvalidInput } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import type { World } from '#ports';

export async function showCluster(
  world: Pick<World, 'catalog' | 'settings' | 'entries'>,
  { cluster }: { cluster: string },
): Promise<ClusterAddress> {
  const { clusters } = world.catalog;
  const found = Object.hasOwn(clusters, cluster) ? clusters[cluster] : undefined;
  if (!found) {
    throw new InvalidInput(
      `There is no cluster "${cluster}". Known: ${Object.keys(clusters).sort().join(', ')}.`,
    );
  }
  return world.entries.describeCluster({
    eksName: found.eksName ?? cluster,
    region: found.region ?? world.settings.region,
  });
}
