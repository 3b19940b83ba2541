/** The clusters that the stand-in knows: real API servers that were registered with it. */
import { EksError } from './errors.ts';

export interface ClusterRegistration {
  name: string;
  /** `https://...` of the real API server. */
  endpoint: string;
  /** Its certificate authority, PEM. */
  caPem: string;
  /** Access entries need `API` (the default) or `API_AND_CONFIG_MAP`. */
  authenticationMode?: 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP';
  /** `ACTIVE` unless said otherwise. */
  status?: 'ACTIVE' | 'UPDATING' | 'FAILED' | 'DELETING';
  tags?: Record<string, string>;
}

export interface Cluster extends Required<ClusterRegistration> {
  arn: string;
  account: string;
  region: string;
  createdAt: number;
}

export class Clusters {
  readonly #byName = new Map<string, Cluster>();

  /** A second registration of a name replaces the first: endpoint and authority may change, as they do on EKS. */
  register(cluster: ClusterRegistration, account: string, region: string, now: number): void {
    this.#byName.set(cluster.name, {
      authenticationMode: 'API',
      status: 'ACTIVE',
      tags: {},
      ...cluster,
      account,
      region,
      arn: `arn:aws:eks:${region}:${account}:cluster/${cluster.name}`,
      createdAt: this.#byName.get(cluster.name)?.createdAt ?? now,
    });
  }

  names(region: string): string[] {
    return [...this.#byName.values()].filter((cluster) => cluster.region === region).map(({ name }) => name);
  }

  find(name: string): Cluster | undefined {
    return this.#byName.get(name);
  }

  /** The cluster, if the request was signed for its region: elsewhere it does not exist. */
  get(name: string, region: string): Cluster {
    const cluster = this.#byName.get(name);
    if (!cluster || cluster.region !== region) {
      throw new EksError('ResourceNotFoundException', `No cluster found for name: ${name}.`, {
        clusterName: name,
      });
    }
    return cluster;
  }
}

/** As DescribeCluster shows it. */
export function clusterView(cluster: Cluster): Record<string, unknown> {
  return {
    name: cluster.name,
    arn: cluster.arn,
    createdAt: cluster.createdAt / 1000,
    version: '1.36',
    endpoint: cluster.endpoint,
    resourcesVpcConfig: {
      endpointPublicAccess: true,
      endpointPrivateAccess: false,
      publicAccessCidrs: ['0.0.0.0/0'],
    },
    status: cluster.status,
    certificateAuthority: { data: Buffer.from(cluster.caPem).toString('base64') },
    platformVersion: 'eks.1',
    tags: cluster.tags,
    accessConfig: { authenticationMode: cluster.authenticationMode },
  };
}
