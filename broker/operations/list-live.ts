/** Everything that may stand on one cluster, by the records. */
import type { EksCluster } from '#domain/eks-cluster.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import type { World } from '#ports';

const pageSize = 500;

export async function listAllLive(world: Pick<World, 'records'>, cluster: EksCluster): Promise<LiveGrant[]> {
  const live: LiveGrant[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.records.listLive(cluster, {
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    });
    live.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return live;
}
