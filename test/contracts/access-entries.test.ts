/** AccessEntries: the memory twin and EKS (the strict stand-in) do the same. */
import { AssociateAccessPolicyCommand, CreateAccessEntryCommand, EKSClient } from '@aws-sdk/client-eks';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eksEntries } from '#adapters/eks-entries.ts';
import { MemoryEntries } from '#adapters/memory/entries.ts';
import { creationToken, entryContent } from '#domain/access-entry.ts';
import { Unavailable } from '#domain/errors.ts';
import { type EksStandIn, startEks } from '#local/eks/stand-in.ts';
import { account } from '#local/emulator/emulator.ts';
import { accessEntriesContract } from './access-entries.ts';
import { localCloud, region } from './local-cloud.ts';

let made = 0;
function nextRole(of: string) {
  made += 1;
  const roleName = `Developer-${made}`;
  return { arn: `arn:aws:iam::${of}:role/team/${roleName}`, account: of, roleName };
}

describe('AccessEntries in memory', () => {
  accessEntriesContract(async () => {
    const entries = new MemoryEntries();
    const cluster = { eksName: 'demo', endpoint: 'https://demo.example.com', certificateAuthority: 'Y2E=' };
    entries.clusters.set('demo', { ...cluster, region });
    const newRole = async () => nextRole('111122223333');
    return {
      entries,
      cluster,
      newRole,
      plant: async (key) => entries.plant(key),
      associate: async (key, policy) => entries.edit(key, { policies: [policy] }),
    };
  });
});

describe('AccessEntries in EKS', () => {
  const { emulator } = localCloud();
  let eks: EksStandIn;
  const caPem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

  beforeAll(async () => {
    eks = await startEks({ emulatorUrl: emulator().url });
    process.env.AWS_ENDPOINT_URL_EKS = eks.url;
    eks.registerCluster({ name: 'demo', endpoint: 'https://127.0.0.1:1', caPem });
    eks.registerCluster({
      name: 'old-style',
      endpoint: 'https://127.0.0.1:1',
      caPem,
      authenticationMode: 'CONFIG_MAP',
    });
  });
  afterAll(() => eks?.stop());
  afterEach(() => eks.faults.clear());

  async function newRole() {
    const role = nextRole(account);
    await new IAMClient({ region }).send(
      new CreateRoleCommand({
        RoleName: role.roleName,
        Path: '/team/',
        AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
      }),
    );
    return role;
  }

  async function prepared(purpose: 'granting' | 'revoking' = 'granting') {
    const role = await newRole();
    const key = { eksName: 'demo', region, principalArn: role.arn };
    return { entries: eksEntries(purpose), key, content: entryContent(role, 'contract') };
  }

  accessEntriesContract(async () => ({
    entries: eksEntries('granting'),
    cluster: {
      eksName: 'demo',
      endpoint: 'https://127.0.0.1:1',
      certificateAuthority: Buffer.from(caPem).toString('base64'),
    },
    newRole,
    async plant({ eksName, principalArn }) {
      const { accessEntry } = await new EKSClient({ region }).send(
        new CreateAccessEntryCommand({ clusterName: eksName, principalArn, kubernetesGroups: ['theirs'] }),
      );
      const { username = '', accessEntryArn = '' } = accessEntry ?? {};
      return { principalArn, username, groups: ['theirs'], tags: {}, entryArn: accessEntryArn };
    },
    async associate({ eksName: clusterName, principalArn }, policyArn) {
      const accessScope = { type: 'cluster' as const };
      await new EKSClient({ region }).send(
        new AssociateAccessPolicyCommand({ clusterName, principalArn, policyArn, accessScope }),
      );
    },
  }));

  it('refuses a cluster without access entries', async () => {
    await expect(eksEntries('granting').describeCluster({ eksName: 'old-style', region })).rejects.toThrow(
      /set its authentication mode/,
    );
  });

  it.each(['UPDATING', 'FAILED', 'DELETING'] as const)(
    'finds a cluster that is %s, for ending',
    async (status) => {
      eks.registerCluster({ name: 'troubled', endpoint: 'https://127.0.0.1:2', caPem, status });
      const found = await eksEntries('revoking').findCluster({ eksName: 'troubled', region });
      expect(found).toMatchObject({ endpoint: 'https://127.0.0.1:2' });
    },
  );

  it('takes no fault for proof that a cluster is gone', async () => {
    eks.faults.add({ operation: 'DescribeCluster', kind: 'error', error: 'ServerException', times: 50 });
    const asked = eksEntries('granting').findCluster({ eksName: 'not-there', region });
    await expect(asked).rejects.toBeInstanceOf(Unavailable);
  });

  it('hears of a lost answer to a creation as created, since the token stays the same', async () => {
    const { entries, key, content } = await prepared();
    eks.faults.add({ operation: 'CreateAccessEntry', kind: 'error', when: 'after' });
    expect(await entries.create(key, content, creationToken(key, 1))).toEqual({
      entryArn: expect.any(String),
    });
    eks.faults.add({ operation: 'CreateAccessEntry', kind: 'duplicate' });
    expect(await entries.create(key, content, creationToken(key, 1))).toEqual({
      entryArn: expect.any(String),
    });
  });

  it('takes the 404 of a delete that is sent twice for done', async () => {
    const { entries, key, content } = await prepared();
    await entries.create(key, content, creationToken(key, 1));
    eks.faults.add({ operation: 'DeleteAccessEntry', kind: 'error', when: 'after' });
    await entries.delete(key);
    expect(await entries.describe(key)).toBeUndefined();
  });

  it.each(['ThrottlingException', 'TooManyRequestsException', 'ServerException'] as const)(
    'gives up granting after a few tries, with Unavailable, on %s',
    async (error) => {
      const { entries, key, content } = await prepared();
      eks.faults.add({ operation: 'CreateAccessEntry', kind: 'error', error, times: 50 });
      await expect(entries.create(key, content, creationToken(key, 1))).rejects.toBeInstanceOf(Unavailable);
      eks.faults.clear();
      expect(await entries.describe(key)).toBeUndefined();
    },
  );

  it('insists longer when it revokes than when it grants', async () => {
    const granting = await prepared('granting');
    const revoking = await prepared('revoking');
    await granting.entries.create(granting.key, granting.content, 'a'.repeat(64));
    await revoking.entries.create(revoking.key, revoking.content, 'b'.repeat(64));
    eks.faults.add({ operation: 'DeleteAccessEntry', kind: 'error', times: 4 });
    await expect(granting.entries.delete(granting.key)).rejects.toBeInstanceOf(Unavailable);
    eks.faults.clear();
    eks.faults.add({ operation: 'DeleteAccessEntry', kind: 'error', times: 4 });
    await revoking.entries.delete(revoking.key);
    expect(await revoking.entries.describe(revoking.key)).toBeUndefined();
  });

  it('is not kept waiting by a service that never answers', async () => {
    eks.faults.add({ operation: 'DescribeCluster', kind: 'hang', ms: 60_000, times: 50 });
    const asked = eksEntries('granting').describeCluster({ eksName: 'demo', region });
    await expect(asked).rejects.toBeInstanceOf(Unavailable);
  });
});
