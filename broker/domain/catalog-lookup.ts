/** What the catalog holds under a name that somebody has written. */
import type { Catalog } from './catalog.ts';
import type { EksCluster } from './eks-cluster.ts';

/** Of the record's own: a name such as `constructor` finds nothing. */
export function listed<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Where a cluster of the catalog is in EKS. `region`: of the deployment. */
export function eksClusterNamed(
  { clusters }: Pick<Catalog, 'clusters'>,
  name: string,
  region: string,
): EksCluster | undefined {
  const cluster = listed(clusters, name);
  return cluster && { eksName: cluster.eksName ?? name, region: cluster.region ?? region };
}

/** The environment of a cluster, by its name in the catalog. */
export function environmentOf(
  { clusters, environments }: Pick<Catalog, 'clusters' | 'environments'>,
  clusterName: string,
): { name: string; rules: Catalog['environments'][string] } | undefined {
  const name = listed(clusters, clusterName)?.environment;
  const rules = name === undefined ? undefined : listed(environments, name);
  return name === undefined || !rules ? undefined : { name, rules };
}
