/** The clusters to look after, in memory. */
import { clusterName, type EksCluster } from '#domain/eks-cluster.ts';
import type { KnownClusters } from '#ports';
import { copyOf } from './copy.ts';

export class MemoryClusters implements KnownClusters {
  readonly known = new Map<string, EksCluster>();

  async list(): Promise<EksCluster[]> {
    return copyOf([...this.known.values()]);
  }

  async remember({ eksName, region }: EksCluster): Promise<void> {
    this.known.set(clusterName({ eksName, region }), { eksName, region });
  }

  async forget(cluster: EksCluster): Promise<void> {
    this.known.delete(clusterName(cluster));
  }
}
