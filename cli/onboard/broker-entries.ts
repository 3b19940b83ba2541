/** The access entries of the cluster leg's IAM roles: what makes each function known to the cluster by their names. */
import { bindRoleUser, defineRoleUser, surveyClusterUser, unbindRoleUser } from '#cluster/identities.ts';
import { ownershipTags } from '#domain/access-entry.ts';
import { ForeignAccessEntry } from '#domain/errors.ts';
import type { Deployment } from './deployment.ts';

export interface BrokerEntry {
  principalArn: string;
  username: string;
  tags: Record<string, string>;
}

/** What EKS says of a principal's access entry. */
export interface FoundEntry {
  username?: string | undefined;
  groups: string[];
  type?: string | undefined;
  /** ARNs of associated access policies, whose rights no fence of ours limits. */
  policies: string[];
}

export interface EntryApi {
  find(principalArn: string): Promise<FoundEntry | undefined>;
  create(entry: BrokerEntry): Promise<void>;
  /** One that is gone already counts as removed. */
  remove(principalArn: string): Promise<void>;
}

export function brokerEntries(deployment: Deployment): BrokerEntry[] {
  const tags = ownershipTags(deployment.id);
  return [
    { principalArn: deployment.bindRoleArn, username: bindRoleUser, tags },
    { principalArn: deployment.defineRoleArn, username: defineRoleUser, tags },
    { principalArn: deployment.unbindRoleArn, username: unbindRoleUser, tags },
    { principalArn: deployment.surveyClusterArn, username: surveyClusterUser, tags },
  ];
}

/** Entries that are still to be made. Throws ForeignAccessEntry, with the commands that mend it, for one that is not as it must be. */
export async function missingEntries(
  api: EntryApi,
  entries: readonly BrokerEntry[],
  cluster: { eksName: string; region: string },
): Promise<BrokerEntry[]> {
  const missing: BrokerEntry[] = [];
  const faults: string[] = [];
  for (const entry of entries) {
    const found = await api.find(entry.principalArn);
    if (!found) missing.push(entry);
    else faults.push(...faultsOf(entry, found).map((fault) => `${entry.principalArn} ${fault}`));
  }
  if (faults.length === 0) return missing;
  const commands = entries
    .filter(({ principalArn }) => faults.some((fault) => fault.startsWith(`${principalArn} `)))
    .map(
      ({ principalArn }) =>
        `  aws eks delete-access-entry --region ${cluster.region} --cluster-name ${cluster.eksName} --principal-arn ${principalArn}`,
    );
  throw new ForeignAccessEntry(
    `Curfew's own IAM roles have access entries on ${cluster.eksName} that aren't as they must be:\n` +
      `${faults.map((fault) => `  - ${fault}`).join('\n')}\nNothing was changed. Delete them, and run this again:\n${commands.join('\n')}`,
    { details: { faults, command: commands.map((command) => command.trim()).join('\n') } },
  );
}

function faultsOf(entry: BrokerEntry, found: FoundEntry): string[] {
  return [
    ...(found.username === entry.username
      ? []
      : [`has the username "${found.username ?? ''}", not ${entry.username}`]),
    ...(found.type === undefined || found.type === 'STANDARD'
      ? []
      : [`is of type ${found.type}, not STANDARD`]),
    ...(found.groups.length === 0 ? [] : [`is in the groups ${found.groups.join(', ')}, and may be in none`]),
    ...(found.policies.length === 0
      ? []
      : [`has the access policies ${found.policies.join(', ')}, and may have none`]),
  ];
}
