/** An EKS cluster as AWS knows it, whatever the catalog calls it. */

export interface EksCluster {
  /** Name in EKS. */
  eksName: string;
  region: string;
}

/** One text per cluster, for keys and for people: `<region>/<name in EKS>`. */
export const clusterName = ({ eksName, region }: EksCluster): string => `${region}/${eksName}`;
