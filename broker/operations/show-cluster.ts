/** Where a cluster of the catalog is reached: what a kubeconfig needs, and no secret. */
import { eksClusterNamed } from '#domain/catalog-lookup.ts';
import { InvalidInput } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import type { World } from '#ports';

export async function showCluster(
  world: Pick<World, 'catalog' | 'settings' | 'entries'>,
  { cluster }: { cluster: string },
): Promise<ClusterAddress> {
  const { catalog, settings } = world;
  const found = eksClusterNamed(catalog, cluster, settings.region);
  if (!found) {
    throw new InvalidInput(
      `There is no cluster "${cluster}". Known: ${Object.keys(catalog.clusters).sort().join(', ')}.`,
    );
  }
  return world.entries.describeCluster(found);
}
