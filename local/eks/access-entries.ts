/** Access entries: one per principal and cluster, told to the authenticator with a delay, and kept in a file if asked. */
import { randomUUID } from 'node:crypto';
import type { Cluster } from './clusters.ts';
import { EksError } from './errors.ts';
import type { Propagation } from './propagation.ts';
import { automaticUsername, checkGroups, checkTags, checkUsername, parsePrincipalArn } from './rules.ts';

export interface AssociatedPolicy {
  policyArn: string;
  accessScope: { type: 'cluster' | 'namespace'; namespaces: string[] };
  /** Milliseconds since 1970, like the other instants here. */
  associatedAt: number;
  modifiedAt: number;
}

export interface AccessEntry {
  clusterName: string;
  principalArn: string;
  /**
   * IAM's unique id of the principal when the entry was made. Sessions are matched by it and not by the ARN: a role
   * that is deleted and made anew under its ARN isn't let in, and DescribeAccessEntry shows nothing wrong.
   */
  principalId: string;
  accessEntryArn: string;
  kubernetesGroups: string[];
  username: string;
  type: 'STANDARD';
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
  policies: AssociatedPolicy[];
}

export interface EntryDraft {
  principalArn: string;
  kubernetesGroups: string[];
  username?: string | undefined;
  tags: Record<string, string>;
  clientRequestToken?: string | undefined;
}

const entriesPerCluster = 3000;

/** How long a `clientRequestToken` is remembered. AWS doesn't publish it. */
const tokenWindowMs = 10 * 60_000;

interface RememberedToken {
  at: number;
  request: string;
  answer: AccessEntry;
}

export class AccessEntries {
  readonly #entries = new Map<string, AccessEntry>();
  readonly #tokens = new Map<string, RememberedToken>();
  readonly #view: Propagation<AccessEntry>;
  readonly #now: () => number;
  readonly #save: (entries: AccessEntry[]) => void;

  constructor(of: {
    kept: readonly AccessEntry[];
    save: (entries: AccessEntry[]) => void;
    view: Propagation<AccessEntry>;
    now: () => number;
  }) {
    this.#view = of.view;
    this.#now = of.now;
    this.#save = of.save;
    for (const entry of of.kept) this.#put(entry);
  }

  list(clusterName: string): AccessEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.clusterName === clusterName);
  }

  find(clusterName: string, principalArn: string): AccessEntry | undefined {
    return this.#entries.get(keyOf(clusterName, principalArn));
  }

  findByArn(accessEntryArn: string): AccessEntry | undefined {
    return [...this.#entries.values()].find((entry) => entry.accessEntryArn === accessEntryArn);
  }

  get(clusterName: string, principalArn: string): AccessEntry {
    const entry = this.find(clusterName, principalArn);
    if (!entry) {
      throw new EksError(
        'ResourceNotFoundException',
        `The specified principalArn could not be found: ${principalArn}`,
        { clusterName },
      );
    }
    return entry;
  }

  /**
   * Creates an entry. Repeated with its `clientRequestToken` it gives the first answer once more, even if the entry was
   * deleted since: what AWS does then is not known, and callers must not build on it. So too for a token that is used
   * for another request, which is refused here.
   */
  create(cluster: Cluster, draft: EntryDraft, principalId: string): AccessEntry {
    checkAuthenticationMode(cluster);
    const principal = parsePrincipalArn(draft.principalArn);
    const username = draft.username ?? automaticUsername(draft.principalArn, principal);
    // The automatic name begins with `arn:`, and what EKS makes itself needs no check.
    if (draft.username !== undefined) checkUsername(draft.username);
    checkGroups(draft.kubernetesGroups);
    checkTags(draft.tags);

    const repeated = this.#rememberedAnswer(cluster.name, draft);
    if (repeated) return repeated;
    if (this.find(cluster.name, draft.principalArn)) {
      throw new EksError(
        'ResourceInUseException',
        'The specified access entry resource is already in use on this cluster.',
        { clusterName: cluster.name },
      );
    }
    if (this.list(cluster.name).length >= entriesPerCluster) {
      throw new EksError(
        'ResourceLimitExceededException',
        `The maximum of ${entriesPerCluster} access entries for the cluster is reached.`,
        { clusterName: cluster.name },
      );
    }
    const now = this.#now();
    const entry: AccessEntry = {
      clusterName: cluster.name,
      principalArn: draft.principalArn,
      principalId,
      accessEntryArn: entryArn(cluster, draft.principalArn, randomUUID()),
      kubernetesGroups: [...new Set(draft.kubernetesGroups)],
      username,
      type: 'STANDARD',
      tags: draft.tags,
      createdAt: now,
      modifiedAt: now,
      policies: [],
    };
    if (draft.clientRequestToken !== undefined) {
      this.#tokens.set(keyOf(cluster.name, draft.clientRequestToken), {
        at: now,
        request: JSON.stringify(draft),
        answer: entry,
      });
    }
    this.#put(entry);
    return entry;
  }

  update(
    cluster: Cluster,
    principalArn: string,
    change: { username?: string | undefined; kubernetesGroups?: string[] | undefined },
  ): AccessEntry {
    checkAuthenticationMode(cluster);
    const entry = this.get(cluster.name, principalArn);
    if (change.username !== undefined) checkUsername(change.username);
    if (change.kubernetesGroups) checkGroups(change.kubernetesGroups);
    return this.#put({
      ...entry,
      username: change.username ?? entry.username,
      kubernetesGroups: change.kubernetesGroups ?? entry.kubernetesGroups,
      modifiedAt: this.#now(),
    });
  }

  delete(cluster: Cluster, principalArn: string): void {
    checkAuthenticationMode(cluster);
    const entry = this.get(cluster.name, principalArn);
    const key = keyOf(entry.clusterName, entry.principalArn);
    this.#entries.delete(key);
    this.#view.publish(key, undefined);
    this.#save([...this.#entries.values()]);
  }

  setTags(entry: AccessEntry, tags: Record<string, string>): void {
    checkTags(tags);
    this.#put({ ...entry, tags });
  }

  setPolicies(entry: AccessEntry, policies: AssociatedPolicy[]): void {
    this.#put({ ...entry, policies, modifiedAt: this.#now() });
  }

  #put(entry: AccessEntry): AccessEntry {
    const key = keyOf(entry.clusterName, entry.principalArn);
    this.#entries.set(key, entry);
    this.#view.publish(key, entry);
    this.#save([...this.#entries.values()]);
    return entry;
  }

  #rememberedAnswer(clusterName: string, draft: EntryDraft): AccessEntry | undefined {
    if (draft.clientRequestToken === undefined) return undefined;
    const remembered = this.#tokens.get(keyOf(clusterName, draft.clientRequestToken));
    if (!remembered || remembered.at + tokenWindowMs < this.#now()) return undefined;
    if (remembered.request === JSON.stringify(draft)) return remembered.answer;
    throw new EksError(
      'InvalidRequestException',
      'The specified clientRequestToken was used before, with other parameters.',
      { clusterName },
    );
  }
}

/** ARN of a principal's entry; `uuid` is `*` where the entry does not exist. */
export function entryArn(cluster: Cluster, principalArn: string, uuid: string): string {
  const { kind, account, name } = parsePrincipalArn(principalArn);
  return `arn:aws:eks:${cluster.region}:${cluster.account}:access-entry/${cluster.name}/${kind}/${account}/${name}/${uuid}`;
}

/** As the API shows it. */
export function entryView({ principalId, policies, ...shown }: AccessEntry): Record<string, unknown> {
  return { ...shown, createdAt: shown.createdAt / 1000, modifiedAt: shown.modifiedAt / 1000 };
}

function checkAuthenticationMode(cluster: Cluster): void {
  if (cluster.authenticationMode !== 'CONFIG_MAP') return;
  throw new EksError(
    'InvalidRequestException',
    "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
    { clusterName: cluster.name },
  );
}

function keyOf(clusterName: string, rest: string): string {
  return `${clusterName} ${rest}`;
}
