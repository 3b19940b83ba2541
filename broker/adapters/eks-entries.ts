/** The EKS API: where clusters are, and the access entries of principals. One client per region. */

import {
  type Cluster,
  CreateAccessEntryCommand,
  DeleteAccessEntryCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  EKSClient,
  ListAccessEntriesCommand,
  ListAssociatedAccessPoliciesCommand,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-eks';
import type { EntryContent, EntryKey } from '#domain/access-entry.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import { ClusterNotReady, Unavailable } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import type { AccessEntries, Page, StandingEntry } from '#ports';
import { type Purpose, sdkOptions } from './sdk-options.ts';
import { attempt } from './unavailable.ts';

/** Statuses in which the API server answers; a cluster that is being updated goes on serving. */
const serving: readonly (string | undefined)[] = ['ACTIVE', 'UPDATING'];

export class EksEntries implements AccessEntries {
  readonly #clientFor: (region: string) => EKSClient;
  constructor(clientFor: (region: string) => EKSClient) {
    this.#clientFor = clientFor;
  }

  async describeCluster(key: EksCluster): Promise<ClusterAddress> {
    const cluster = await this.#describeCluster(key);
    const refuse = (why: string) =>
      new ClusterNotReady(`EKS cluster ${key.eksName} in ${key.region} ${why}.`);
    if (cluster === 'absent') throw refuse('does not exist');
    const { status, accessConfig } = cluster;
    if (!serving.includes(status)) throw refuse(`is ${status ?? 'in no known status'}, not ACTIVE`);
    if ((accessConfig?.authenticationMode ?? 'CONFIG_MAP') === 'CONFIG_MAP')
      throw refuse('has no access entries: set its authentication mode to API_AND_CONFIG_MAP or API');
    const address = addressOf(key, cluster);
    if (!address) throw refuse('has no endpoint or certificate authority yet');
    return address;
  }

  async findCluster(key: EksCluster, within?: { ms: number }): Promise<ClusterAddress | 'gone'> {
    const cluster = await this.#describeCluster(key, within);
    if (cluster === 'absent') return 'gone';
    const address = addressOf(key, cluster);
    if (address) return address;
    const status = cluster.status ?? 'in no known status';
    throw new Unavailable(`EKS cluster ${key.eksName} in ${key.region} is ${status} and has no address.`);
  }

  async #describeCluster(
    { eksName, region }: EksCluster,
    within?: { ms: number },
  ): Promise<Cluster | 'absent'> {
    const command = new DescribeClusterCommand({ name: eksName });
    const what = `Describing cluster ${eksName}`;
    const options = within ? { abortSignal: AbortSignal.timeout(within.ms) } : {};
    const answer = await this.#ask(what, region, (eks) => eks.send(command, options));
    if (answer === 'absent') return 'absent';
    if (!answer.cluster) throw new Unavailable(`${what}: the answer is incomplete. Try again shortly.`);
    return answer.cluster;
  }

  async create(
    key: EntryKey,
    content: EntryContent,
    token: string,
  ): Promise<{ entryArn: string } | 'exists'> {
    const { principalArn, username, groups, tags } = content;
    const command = new CreateAccessEntryCommand({
      clusterName: key.eksName,
      principalArn,
      type: 'STANDARD',
      username,
      kubernetesGroups: groups,
      tags,
      clientRequestToken: token,
    });
    const what = `Creating the access entry of ${principalArn} on ${key.eksName}`;
    const answer = await this.#ask(what, key.region, async (eks) => {
      try {
        return await eks.send(command);
      } catch (error) {
        if (error instanceof ResourceInUseException) return 'exists';
        throw error;
      }
    });
    if (answer === 'absent') throw new ClusterNotReady(`${what}: there is no such cluster.`);
    if (answer === 'exists') return 'exists';
    const entryArn = answer.accessEntry?.accessEntryArn;
    if (entryArn === undefined)
      throw new Unavailable(`${what}: the answer is incomplete. Try again shortly.`);
    return { entryArn };
  }

  async describe({ eksName, region, principalArn }: EntryKey): Promise<StandingEntry | undefined> {
    const command = new DescribeAccessEntryCommand({ clusterName: eksName, principalArn });
    const what = `Reading the access entry of ${principalArn} on ${eksName}`;
    const answer = await this.#ask(what, region, (eks) => eks.send(command));
    if (answer === 'absent') return undefined;
    const { accessEntryArn, username, kubernetesGroups = [], tags = {} } = answer.accessEntry ?? {};
    if (accessEntryArn === undefined || username === undefined)
      throw new Unavailable(`${what}: the answer is incomplete. Try again shortly.`);
    return { principalArn, username, groups: kubernetesGroups, tags, entryArn: accessEntryArn };
  }

  async list(
    { eksName, region }: EksCluster,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<string>> {
    const page = { maxResults: limit, ...(cursor === undefined ? {} : { nextToken: cursor }) };
    const command = new ListAccessEntriesCommand({ clusterName: eksName, ...page });
    const answer = await this.#ask(`Listing the access entries of ${eksName}`, region, (eks) =>
      eks.send(command),
    );
    if (answer === 'absent') return { items: [] };
    const { accessEntries: items = [], nextToken } = answer;
    return nextToken ? { items, cursor: nextToken } : { items };
  }

  async policies({ eksName, region, principalArn }: EntryKey): Promise<string[]> {
    const found: string[] = [];
    const what = `Listing the access policies of ${principalArn} on ${eksName}`;
    let nextToken: string | undefined;
    do {
      const input = { clusterName: eksName, principalArn, ...(nextToken ? { nextToken } : {}) };
      const command = new ListAssociatedAccessPoliciesCommand(input);
      const answer = await this.#ask(what, region, (eks) => eks.send(command));
      if (answer === 'absent') return [];
      for (const { policyArn } of answer.associatedAccessPolicies ?? []) if (policyArn) found.push(policyArn);
      nextToken = answer.nextToken;
    } while (nextToken);
    return found;
  }

  async delete({ eksName, region, principalArn }: EntryKey): Promise<void> {
    const command = new DeleteAccessEntryCommand({ clusterName: eksName, principalArn });
    await this.#ask(`Deleting the access entry of ${principalArn} on ${eksName}`, region, (eks) =>
      eks.send(command),
    );
  }

  /** 'absent' for EKS's 404, of a cluster or an entry. */
  #ask<T>(what: string, region: string, call: (eks: EKSClient) => Promise<T>): Promise<T | 'absent'> {
    return attempt(what, async () => {
      try {
        return await call(this.#clientFor(region));
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return 'absent';
        throw error;
      }
    });
  }
}

function addressOf({ eksName, region }: EksCluster, cluster: Cluster): ClusterAddress | undefined {
  const { endpoint, certificateAuthority } = cluster;
  if (!endpoint || !certificateAuthority?.data) return undefined;
  return { eksName, region, endpoint, certificateAuthority: certificateAuthority.data };
}

export function eksEntries(purpose: Purpose): EksEntries {
  const clients = new Map<string, EKSClient>();
  const clientFor = (of: string): EKSClient => {
    const client = clients.get(of) ?? new EKSClient(sdkOptions(purpose, of));
    clients.set(of, client);
    return client;
  };
  return new EksEntries(clientFor);
}
