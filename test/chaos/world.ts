/** A local cloud of its own whose parts can be killed, and cut off from each other, one by one. */

import type { LocalCloud } from '#local/cloud.ts';
import { startLocalCloudWith } from '#local/cloud.ts';
import { type EksProcess, startEksProcess } from '#local/eks/process.ts';
import { type NetworkLink, startNetworkLink } from '#local/network-link.ts';
import { silentProgress } from '#local/progress.ts';
import { type CloudFacts, factsOf } from '../e2e/cloud.ts';
import { aPerson, type E2ePerson } from '../e2e/person.ts';

export interface ChaosWorld {
  cloud: LocalCloud<EksProcess>;
  facts: CloudFacts;
  /** What functions reach EKS by. The API server's authenticator does not go over it. */
  toEks: NetworkLink;
  /** What functions reach the API server by. People go there directly. */
  toCluster: NetworkLink;
  /** New people, each in a role of their own, who know the API server's own address. */
  people(names: readonly string[]): Promise<E2ePerson[]>;
  stop(): Promise<void>;
}

export async function startChaosWorld(): Promise<ChaosWorld> {
  const links: NetworkLink[] = [];
  const linkTo = async (url: string) => {
    const link = await startNetworkLink(url);
    links.push(link);
    return link;
  };
  const stopLinks = () => Promise.all(links.map((link) => link.stop()));
  try {
    const cloud = await startLocalCloudWith({
      progress: silentProgress(),
      async eks(dir) {
        const standIn = await startEksProcess({ dir });
        const link = await linkTo(standIn.url);
        return { ...standIn, url: link.url };
      },
    });
    const { cluster, eks } = cloud;
    const toCluster = await linkTo(cluster.url);
    const [toEks] = links;
    if (!toEks) throw new Error('There is no link to EKS.');
    const { name, caPem } = cluster;
    const facts = factsOf(cloud);
    return {
      cloud,
      facts,
      toEks,
      toCluster,
      async people(names) {
        // `curfew kubeconfig` writes down what EKS says at that moment.
        await eks.registerCluster({ name, caPem, endpoint: cluster.url });
        const all = await Promise.all(names.map((one) => aPerson(one, { cloud: facts })));
        await eks.registerCluster({ name, caPem, endpoint: toCluster.url });
        return all;
      },
      async stop() {
        await stopLinks();
        await cloud.stop();
      },
    };
  } catch (error) {
    await stopLinks();
    throw error;
  }
}
