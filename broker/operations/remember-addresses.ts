/** Asks EKS for each cluster once, however many grants end there: its rate is the whole account's. */
import { clusterName } from '#domain/eks-cluster.ts';
import type { AccessEntries } from '#ports';

/** `entries` with the addresses of clusters kept: for one run over many grants, since endpoints and authorities rotate. */
export function rememberingAddresses(entries: AccessEntries): AccessEntries {
  const asked = new Map<string, ReturnType<AccessEntries['findCluster']>>();
  const findCluster: AccessEntries['findCluster'] = (cluster, within) => {
    const known = asked.get(clusterName(cluster)) ?? entries.findCluster(cluster, within);
    asked.set(clusterName(cluster), known);
    return known;
  };
  return new Proxy(entries, {
    get(target, property) {
      if (property === 'findCluster') return findCluster;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
