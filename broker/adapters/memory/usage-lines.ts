/** Lines of the clusters' audit logs, in memory: one create-only object for each delivery. */
import type { EksCluster } from '#domain/eks-cluster.ts';
import type { UsageLines } from '#ports';
import { usageLinesKey } from '../usage-lines-key.ts';

export class MemoryUsageLines implements UsageLines {
  readonly objects = new Map<string, readonly string[]>();

  async put(cluster: EksCluster, lines: readonly string[]): Promise<void> {
    this.objects.set(usageLinesKey(cluster, lines), [...lines]);
  }
}
