/** The clusters to look after, in memory. */
import { clusterName } from '#domain/cluster-sweep.ts';
import type { ClusterKey, KnownClusters } from '#ports';

export class MemoryClusters implements KnownClusters {
  readonly known = new Map<string, ClusterKey>();

  async list(): Promise<ClusterKey[]> {
    return structuredClone([...this.known.values()]);
  }

  async remember({ eksName, region }: ClusterKey): Promise<void> {
    this.known.set(clusterName({ eksName, region }), { eksName, region });
  }

  async forget(cluster: ClusterKey): Promise<void> {
    this.known.delete(clusterName(cluster));
  }
}
