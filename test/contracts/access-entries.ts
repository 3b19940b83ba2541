/** What every EKS API must do. */
import { expect, it } from 'vitest';
import { creationToken, type EntryKey, entryContent } from '#domain/access-entry.ts';
import { ClusterNotReady } from '#domain/errors.ts';
import type { AccessEntries, StandingEntry } from '#ports';

export interface EntriesUnderTest {
  entries: AccessEntries;
  /** A cluster that is ready; others are not there. */
  cluster: { eksName: string; endpoint: string; certificateAuthority: string };
  /** A role that exists and has no access entry. */
  newRole(): Promise<{ arn: string; account: string; roleName: string }>;
  /** An entry made by somebody else. */
  plant(key: EntryKey): Promise<StandingEntry>;
  /** Gives an entry an access policy, as somebody with an administrator's rights can. */
  associate(key: EntryKey, policyArn: string): Promise<void>;
}

const region = 'us-east-1';

export function accessEntriesContract(fresh: () => Promise<EntriesUnderTest>): void {
  async function prepared() {
    const { newRole, cluster, ...rest } = await fresh();
    const role = await newRole();
    const key: EntryKey = { eksName: cluster.eksName, region, principalArn: role.arn };
    return { ...rest, cluster, role, key, content: entryContent(role, 'contract') };
  }

  it('says where a cluster is, and ClusterNotReady for one that is not there', async () => {
    const { entries, cluster } = await fresh();
    const { eksName, endpoint, certificateAuthority } = cluster;
    const address = { eksName, region, endpoint, certificateAuthority };
    expect(await entries.describeCluster({ eksName, region })).toEqual(address);
    expect(await entries.findCluster({ eksName, region })).toEqual(address);
    for (const other of [
      { eksName: 'not-there', region },
      { eksName, region: 'eu-west-1' },
    ]) {
      await expect(entries.describeCluster(other)).rejects.toBeInstanceOf(ClusterNotReady);
      expect(await entries.findCluster(other)).toBe('gone');
    }
  });

  it('makes an entry that reads back as it was wanted, with an ARN of its own', async () => {
    const { entries, key, content } = await prepared();
    expect(await entries.describe(key)).toBeUndefined();
    const made = await entries.create(key, content, creationToken(key, 1));
    expect(made).toEqual({ entryArn: expect.stringMatching(/^arn:aws:eks:us-east-1:.*:access-entry\//) });
    const standing = await entries.describe(key);
    expect(standing).toEqual({ ...content, ...(made as { entryArn: string }) });
  });

  it('answers a repeat with the same token as if it worked now, and another token with exists', async () => {
    const { entries, key, content } = await prepared();
    await entries.create(key, content, creationToken(key, 1));
    const first = await entries.describe(key);
    expect(await entries.create(key, content, creationToken(key, 1))).toEqual({
      entryArn: expect.any(String),
    });
    expect(await entries.create(key, content, creationToken(key, 2))).toBe('exists');
    expect(await entries.describe(key)).toEqual(first);
  });

  it("says exists for somebody else's entry and leaves it as it is", async () => {
    const { entries, key, content, plant } = await prepared();
    const planted = await plant(key);
    expect(await entries.create(key, content, creationToken(key, 1))).toBe('exists');
    expect(await entries.describe(key)).toEqual(planted);
  });

  it('lets one of several parallel creations make the entry', async () => {
    const { entries, key, content } = await prepared();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => entries.create(key, content, creationToken(key, i))),
    );
    expect(answers.filter((answer) => answer !== 'exists')).toHaveLength(1);
  });

  it('deletes an entry, whether it is there or not; a new one has another ARN', async () => {
    const { entries, key, content } = await prepared();
    await entries.delete(key);
    await entries.create(key, content, creationToken(key, 1));
    const first = await entries.describe(key);
    await entries.delete(key);
    expect(await entries.describe(key)).toBeUndefined();
    await entries.delete(key);
    expect(await entries.create(key, content, creationToken(key, 2))).toEqual({
      entryArn: expect.any(String),
    });
    expect((await entries.describe(key))?.entryArn).not.toBe(first?.entryArn);
  });

  it('lists the principals of all entries, ours and others, page by page', async () => {
    const { entries, newRole, plant, cluster } = await fresh();
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      const role = await newRole();
      const key = { eksName: cluster.eksName, region, principalArn: role.arn };
      if (n === 0) await plant(key);
      else await entries.create(key, entryContent(role, 'contract'), creationToken(key, 1));
      made.push(role.arn);
    }
    const listed: string[] = [];
    let pages = 0;
    let cursor: string | undefined;
    do {
      const page = await entries.list(
        { eksName: cluster.eksName, region },
        { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      listed.push(...page.items);
      pages += 1;
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(listed).toEqual(expect.arrayContaining(made));
    expect(new Set(listed).size).toBe(listed.length);
    expect(pages).toBe(Math.ceil(listed.length / 2));
    expect(await entries.list({ eksName: 'not-there', region }, { limit: 2 })).toEqual({ items: [] });
  });

  it('tells the access policies that somebody associated with an entry', async () => {
    const { entries, key, content, associate } = await prepared();
    expect(await entries.policies(key)).toEqual([]);
    await entries.create(key, content, creationToken(key, 1));
    expect(await entries.policies(key)).toEqual([]);
    const policy = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';
    await associate(key, policy);
    expect(await entries.policies(key)).toEqual([policy]);
  });

  it('finds nothing on a cluster that is not there, and makes nothing', async () => {
    const { entries, key, content } = await prepared();
    const elsewhere = { ...key, eksName: 'not-there' };
    expect(await entries.describe(elsewhere)).toBeUndefined();
    await entries.delete(elsewhere);
    await expect(entries.create(elsewhere, content, creationToken(elsewhere, 1))).rejects.toBeInstanceOf(
      ClusterNotReady,
    );
  });
}
