/** The EKS API in memory: clusters and access entries, one per principal and cluster. */

import type { EntryContent, EntryKey } from '#domain/access-entry.ts';
import { canonicalJson } from '#domain/digest.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import { ClusterNotReady } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import type { AccessEntries, Page, StandingEntry } from '#ports';
import { copyOf } from './copy.ts';

interface Stored extends StandingEntry {
  token?: string;
}

export class MemoryEntries implements AccessEntries {
  readonly clusters = new Map<string, ClusterAddress>();
  /** Names of clusters that are there but not ACTIVE. */
  readonly unready = new Set<string>();
  /** Every entry on every cluster. */
  readonly standing = new Map<string, Stored>();
  /** ARNs of access policies, where an entry has any. */
  readonly associated = new Map<string, string[]>();
  #made = 0;

  async describeCluster(cluster: EksCluster): Promise<ClusterAddress> {
    const found = await this.findCluster(cluster);
    if (found === 'gone' || this.unready.has(cluster.eksName))
      throw new ClusterNotReady(
        `There is no EKS cluster "${cluster.eksName}" ready in this account and region.`,
      );
    return found;
  }

  async findCluster({ eksName, region }: EksCluster): Promise<ClusterAddress | 'gone'> {
    const found = this.clusters.get(eksName);
    return found?.region === region ? copyOf(found) : 'gone';
  }

  async create(
    key: EntryKey,
    content: EntryContent,
    token: string,
  ): Promise<{ entryArn: string } | 'exists'> {
    await this.describeCluster(key);
    const found = this.standing.get(this.#text(key));
    if (found) return found.token === token ? { entryArn: found.entryArn } : 'exists';
    const entryArn = this.#arn(key);
    this.standing.set(this.#text(key), { ...copyOf(content), entryArn, token });
    return { entryArn };
  }

  async describe(key: EntryKey): Promise<StandingEntry | undefined> {
    const found = this.standing.get(this.#text(key));
    if (!found) return undefined;
    const { token: _, ...entry } = copyOf(found);
    return entry;
  }

  async list(
    { eksName, region }: EksCluster,
    { limit, cursor = '' }: { limit: number; cursor?: string },
  ): Promise<Page<string>> {
    const rest = [...this.standing]
      .filter(([text]) => text.startsWith(canonicalJson([eksName, region, '']).slice(0, -2)))
      .map(([, { principalArn }]) => principalArn)
      .filter((principalArn) => principalArn > cursor)
      .sort();
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return rest.length > limit && last !== undefined ? { items, cursor: last } : { items };
  }

  async policies(key: EntryKey): Promise<string[]> {
    return [...(this.associated.get(this.#text(key)) ?? [])];
  }

  async delete(key: EntryKey): Promise<void> {
    this.standing.delete(this.#text(key));
    this.associated.delete(this.#text(key));
  }

  /** What stands now, however behind EKS may be with showing it. */
  on(key: EntryKey): StandingEntry | undefined {
    return this.standing.get(this.#text(key));
  }

  /** An entry that somebody else made, as it would be found there. */
  plant(key: EntryKey, content: Partial<EntryContent> = {}): StandingEntry {
    const entry = {
      principalArn: key.principalArn,
      username: 'someone-else:{{SessionNameRaw}}',
      groups: [],
      tags: {},
      ...content,
      entryArn: this.#arn(key),
    };
    this.standing.set(this.#text(key), entry);
    return copyOf(entry);
  }

  /** Changes a standing entry as somebody with an administrator's rights would. */
  edit(key: EntryKey, { policies, ...change }: Partial<EntryContent> & { policies?: string[] }): void {
    const found = this.standing.get(this.#text(key));
    if (!found) throw new Error(`There is no access entry of ${key.principalArn} to edit.`);
    Object.assign(found, copyOf(change));
    if (policies) this.associated.set(this.#text(key), [...policies]);
  }

  #text({ eksName, region, principalArn }: EntryKey): string {
    return canonicalJson([eksName, region, principalArn]);
  }

  #arn({ eksName, region, principalArn }: EntryKey): string {
    this.#made += 1;
    const account = principalArn.split(':')[4] ?? '';
    const name = principalArn.split('/').at(-1) ?? '';
    const uuid = `00000000-0000-4000-8000-${String(this.#made).padStart(12, '0')}`;
    return `arn:aws:eks:${region}:${account}:access-entry/${eksName}/role/${account}/${name}/${uuid}`;
  }
}
