/** The clusters to look after, in memory. */
import { clusterName, type EksCluster } from '#domain/eks-cluster.ts';
import type { KnownClusters } from '#ports';

export class MemoryClusters implements KnownClusters {
  readonly known = new Map<string, EksCluster>();

  async list(): Promise<EksCluster[]> {
    return structuredClone([...this.known.values()]);
  }

  async remember({ eksName, region }: EksCluster): Promise<void> {
    this.known.set(clusterName({ eksName, region }), { eksName, region });
  }

  async forget(cluster: EksCluster): Promise<void> {
    this.known.delete(clusterName(cluster));
  }
}
