import { setTimeout as sleep } from 'node:timers/promises';
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  type CreateAccessEntryCommandInput,
  DeleteAccessEntryCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  DisassociateAccessPolicyCommand,
  EKSClient,
  EKSServiceException,
  ListAccessEntriesCommand,
  ListAssociatedAccessPoliciesCommand,
  ListClustersCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAccessEntryCommand,
} from '@aws-sdk/client-eks';
import {
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startEks } from '#local/eks/stand-in.ts';
import { account, region, rootKeys } from '#local/emulator/emulator.ts';
import { developer, people, reviewer, signIn } from '#local/people.ts';
import { type EksCloud, startEksCloud } from './eks-cloud.ts';

const clusterName = 'demo';
const principalArn = developer.arn;
const viewPolicy = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy';
const adminPolicy = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';

let cloud: EksCloud;
let pat: EKSClient;

beforeAll(async () => {
  cloud = await startEksCloud();
  pat = await cloud.clientOf(people.pat);
}, 180_000);

afterAll(() => cloud?.stop());

afterEach(async () => {
  cloud.eks.faults.clear();
  for (const entry of cloud.eks.entries(clusterName)) {
    await pat.send(new DeleteAccessEntryCommand({ clusterName, principalArn: entry.principalArn }));
  }
});

const create = (of: Partial<CreateAccessEntryCommandInput> = {}, client = pat) =>
  client.send(new CreateAccessEntryCommand({ clusterName, principalArn, ...of }));
const describeEntry = (client = pat) =>
  client.send(new DescribeAccessEntryCommand({ clusterName, principalArn }));
const remove = (client = pat) => client.send(new DeleteAccessEntryCommand({ clusterName, principalArn }));

const iam = () => new IAMClient({ endpoint: cloud.emulator.url, region, credentials: rootKeys });
const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };

/** A role that anybody may take, allowed what `statements` say. */
async function createRole(RoleName: string, statements: unknown[]): Promise<void> {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, MaxSessionDuration: 43_200 }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await iam().send(new PutRolePolicyCommand({ RoleName, PolicyName: 'permissions', PolicyDocument }));
}

/** What the SDK makes of an error answer, or `none`. */
async function refusal(
  call: Promise<unknown>,
): Promise<{ name: string; message: string; status?: number | undefined }> {
  try {
    await call;
    return { name: 'none', message: '' };
  } catch (error) {
    if (!(error instanceof EKSServiceException)) throw error;
    return { name: error.name, message: error.message, status: error.$metadata.httpStatusCode };
  }
}

describe('A cluster', () => {
  test('is described with its real address and authority', async () => {
    const { cluster } = await pat.send(new DescribeClusterCommand({ name: clusterName }));
    expect(cluster).toMatchObject({
      arn: `arn:aws:eks:us-east-1:${account}:cluster/demo`,
      endpoint: 'https://127.0.0.1:1',
      status: 'ACTIVE',
      accessConfig: { authenticationMode: 'API' },
      certificateAuthority: { data: Buffer.from('not a certificate').toString('base64') },
    });
    expect(cluster?.createdAt).toBeInstanceOf(Date);
    expect((await pat.send(new ListClustersCommand())).clusters).toEqual([clusterName]);
  });

  test('shows a new address when it has come up elsewhere', async () => {
    cloud.eks.registerCluster({ name: 'moving', endpoint: 'https://127.0.0.1:2', caPem: 'old' });
    cloud.eks.registerCluster({ name: 'moving', endpoint: 'https://127.0.0.1:3', caPem: 'new' });
    const { cluster } = await pat.send(new DescribeClusterCommand({ name: 'moving' }));
    expect(cluster?.endpoint).toBe('https://127.0.0.1:3');
    expect(cluster?.certificateAuthority?.data).toBe(Buffer.from('new').toString('base64'));
  });

  test('is unknown under another name, and in another region', async () => {
    const unknown = await refusal(pat.send(new DescribeClusterCommand({ name: 'nowhere' })));
    expect(unknown).toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
    const credentials = await signIn(cloud.emulator.url, people.pat);
    const west = new EKSClient({ endpoint: cloud.eks.url, region: 'us-west-2', credentials, maxAttempts: 1 });
    const elsewhere = await refusal(west.send(new DescribeClusterCommand({ name: clusterName })));
    expect(elsewhere.name).toBe('ResourceNotFoundException');
  });

  test('takes no access entries while it authenticates by ConfigMap', async () => {
    const old = { clusterName: 'old', principalArn };
    cloud.eks.registerCluster({ name: 'old', endpoint: 'x', caPem: 'x', authenticationMode: 'CONFIG_MAP' });
    const answer = await refusal(pat.send(new CreateAccessEntryCommand(old)));
    expect(answer).toMatchObject({ name: 'InvalidRequestException', status: 400 });
  });
});

describe('An access entry', () => {
  test('is created, described, listed, updated and deleted', async () => {
    const tags = { 'curfew:managed-by': 'curfew' };
    const { accessEntry } = await create({
      username: 'c:{{SessionNameRaw}}',
      kubernetesGroups: ['a', 'b'],
      tags,
    });
    expect(accessEntry).toMatchObject({
      clusterName,
      principalArn,
      username: 'c:{{SessionNameRaw}}',
      kubernetesGroups: ['a', 'b'],
      type: 'STANDARD',
      tags,
    });
    expect(accessEntry?.accessEntryArn).toMatch(
      new RegExp(
        `^arn:aws:eks:us-east-1:${account}:access-entry/demo/role/${account}/${developer.name}/[0-9a-f-]{36}$`,
      ),
    );
    expect((await describeEntry()).accessEntry).toEqual(accessEntry);
    expect((await pat.send(new ListAccessEntriesCommand({ clusterName }))).accessEntries).toEqual([
      principalArn,
    ]);

    const update = { clusterName, principalArn, kubernetesGroups: ['c'] };
    const { accessEntry: updated } = await pat.send(new UpdateAccessEntryCommand(update));
    expect(updated).toMatchObject({ kubernetesGroups: ['c'], username: 'c:{{SessionNameRaw}}' });

    await remove();
    expect(await refusal(describeEntry())).toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
    expect(await refusal(remove())).toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
  });

  test('is the only one of its principal', async () => {
    await create();
    expect(await refusal(create())).toMatchObject({ name: 'ResourceInUseException', status: 409 });
  });

  test('gets another ARN each time it is made', async () => {
    const first = (await create()).accessEntry?.accessEntryArn;
    await remove();
    expect((await create()).accessEntry?.accessEntryArn).not.toBe(first);
  });

  test('gets a username when none is given', async () => {
    expect((await create()).accessEntry?.username).toBe(
      `arn:aws:sts::${account}:assumed-role/${developer.name}/{{SessionName}}`,
    );
    const { User: user } = await iam().send(new CreateUserCommand({ UserName: 'machine' }));
    expect((await create({ principalArn: user?.Arn ?? '' })).accessEntry?.username).toBe(user?.Arn);
  });

  test.each([
    [{ kubernetesGroups: ['ok', 'system:masters'] }, 'it cannot start with system:'],
    [{ username: 'system:admin' }, 'it cannot start with system:'],
    [{ username: 'eks:x' }, 'it cannot start with eks:'],
    [{ username: 'aws:x' }, 'it cannot start with aws:'],
    [{ username: 'amazon:x' }, 'it cannot start with amazon:'],
    [{ username: 'iam:x' }, 'it cannot start with iam:'],
    [{ username: '{{SessionName}}' }, 'a colon must come before {{SessionName}}'],
    [{ username: 'x{{SessionNameRaw}}:y' }, 'a colon must come before {{SessionNameRaw}}'],
    [{ username: 'x:{{Anything}}' }, 'unknown template {{Anything}}'],
    [
      { principalArn: 'arn:aws:sts::000000000000:assumed-role/x/alice' },
      'is not the ARN of an IAM role or user',
    ],
    [{ principalArn: `arn:aws:iam::${account}:root` }, 'is not the ARN of an IAM role or user'],
    [{ principalArn: `arn:aws:iam::${account}:role/aws-service-role/x.amazonaws.com/Y` }, 'service-linked'],
    [{ principalArn: `arn:aws:iam::${account}:role/nobody` }, 'invalid principal'],
    [{ principalArn: `arn:aws:iam::${account}:role/${developer.name}` }, 'invalid principal'],
    [{ type: 'EC2_LINUX' }, 'STANDARD access entries only'],
    [{ tags: { 'aws:x': 'y' } }, 'cannot start with aws:'],
    [{ tags: { x: 'y'.repeat(257) } }, 'at most 256 characters'],
    [{ tags: { ['x'.repeat(129)]: 'y' } }, '1 to 128 characters'],
    [{ tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v'])) }, 'at most 50 tags'],
  ])('is refused with %j', async (of, why) => {
    const answer = await refusal(create(of));
    expect(answer).toMatchObject({ name: 'InvalidParameterException', status: 400 });
    expect(answer.message).toContain(why);
    expect(cloud.eks.entries(clusterName)).toEqual([]);
  });

  test('is refused in a username that an update would give it', async () => {
    await create();
    const update = { clusterName, principalArn, username: 'system:x' };
    expect((await refusal(pat.send(new UpdateAccessEntryCommand(update)))).name).toBe(
      'InvalidParameterException',
    );
  });

  test('is answered once more when the same request comes with the same token', async () => {
    const request = { clientRequestToken: 'generation-1', kubernetesGroups: ['a'] };
    const first = await create(request);
    expect((await create(request)).accessEntry).toEqual(first.accessEntry);
    const other = await refusal(create({ ...request, kubernetesGroups: ['b'] }));
    expect(other).toMatchObject({ name: 'InvalidRequestException', status: 400 });
    expect((await refusal(create({ ...request, clientRequestToken: 'generation-2' }))).name).toBe(
      'ResourceInUseException',
    );
  });

  test('has tags that can be read, changed and removed by its ARN', async () => {
    const { accessEntry } = await create({ tags: { a: '1' } });
    const resourceArn = accessEntry?.accessEntryArn ?? '';
    await pat.send(new TagResourceCommand({ resourceArn, tags: { a: '2', b: '3' } }));
    await pat.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
    expect((await pat.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ b: '3' });
    expect((await describeEntry()).accessEntry?.tags).toEqual({ b: '3' });
  });

  test('can have the one access policy that is carried out here', async () => {
    await create();
    const associate = (policyArn: string, type: 'cluster' | 'namespace') =>
      pat.send(
        new AssociateAccessPolicyCommand({
          clusterName,
          principalArn,
          policyArn,
          accessScope: { type, namespaces: [] },
        }),
      );
    expect((await refusal(associate(viewPolicy, 'cluster'))).name).toBe('InvalidRequestException');
    expect((await refusal(associate(adminPolicy, 'namespace'))).name).toBe('InvalidRequestException');
    expect((await refusal(associate('arn:aws:eks::aws:cluster-access-policy/X', 'cluster'))).name).toBe(
      'InvalidParameterException',
    );
    await associate(adminPolicy, 'cluster');
    const list = () => pat.send(new ListAssociatedAccessPoliciesCommand({ clusterName, principalArn }));
    expect((await list()).associatedAccessPolicies).toMatchObject([{ policyArn: adminPolicy }]);
    await pat.send(
      new DisassociateAccessPolicyCommand({ clusterName, principalArn, policyArn: adminPolicy }),
    );
    expect((await list()).associatedAccessPolicies).toEqual([]);
  });

  test('is listed in pages', async () => {
    await create();
    await create({ principalArn: reviewer.arn });
    const first = await pat.send(new ListAccessEntriesCommand({ clusterName, maxResults: 1 }));
    expect(first.accessEntries).toEqual([principalArn]);
    const { nextToken } = first;
    const second = await pat.send(new ListAccessEntriesCommand({ clusterName, nextToken }));
    expect(second).toMatchObject({ accessEntries: [reviewer.arn] });
    expect(second.nextToken).toBeUndefined();
  });

  test('is kept in the state file, for a cloud that is started again', async () => {
    const stateFile = `${cloud.dir}/kept/eks.json`;
    const options = { emulatorUrl: cloud.emulator.url, stateFile };
    const first = await startEks(options);
    first.registerCluster({ name: clusterName, endpoint: 'https://127.0.0.1:1', caPem: 'x' });
    const credentials = await signIn(cloud.emulator.url, people.pat);
    const { accessEntry } = await create({}, new EKSClient({ endpoint: first.url, region, credentials }));
    await first.stop();

    const second = await startEks(options);
    second.registerCluster({ name: clusterName, endpoint: 'https://127.0.0.1:2', caPem: 'x' });
    const again = new EKSClient({ endpoint: second.url, region, credentials });
    expect((await describeEntry(again)).accessEntry).toEqual(accessEntry);
    await second.stop();
  });
});

describe('Who may call', () => {
  test('is decided by a valid signature', async () => {
    const credentials = await signIn(cloud.emulator.url, people.pat);
    const wrong = cloud.clientWith({ ...credentials, secretAccessKey: 'wrong' });
    expect(await refusal(describeEntry(wrong))).toMatchObject({
      name: 'InvalidSignatureException',
      status: 403,
    });
    const stolen = cloud.clientWith({ ...credentials, sessionToken: 'of another session' });
    expect((await refusal(describeEntry(stolen))).status).toBe(403);
    const unsigned = await fetch(`${cloud.eks.url}/clusters/demo`);
    expect(unsigned.status).toBe(403);
    expect(unsigned.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });

  test('is decided before anything is said about what is asked', async () => {
    const credentials = await signIn(cloud.emulator.url, people.pat);
    const wrong = cloud.clientWith({ ...credentials, secretAccessKey: 'wrong' });
    expect((await refusal(wrong.send(new DescribeClusterCommand({ name: 'nowhere' })))).status).toBe(403);
  });

  test('is decided by IAM: developers have no business here', async () => {
    const alice = await cloud.clientOf(people.alice);
    const answer = await refusal(create({}, alice));
    expect(answer).toMatchObject({ name: 'AccessDeniedException', status: 403 });
    expect(answer.message).toContain('eks:CreateAccessEntry');
    expect(answer.message).toContain('alice@example.com');
  });

  describe('for a broker with a policy as narrow as ours', () => {
    const broker = {
      session: 'OpenGrant',
      role: { name: 'broker', arn: `arn:aws:iam::${account}:role/broker` },
    };
    let client: EKSClient;

    beforeAll(async () => {
      const ours = { 'aws:ResourceTag/owner': 'curfew' };
      const statements = [
        {
          Effect: 'Allow',
          Action: ['eks:CreateAccessEntry'],
          Resource: `arn:aws:eks:us-east-1:${account}:cluster/demo`,
          Condition: {
            StringEquals: { 'aws:RequestTag/owner': 'curfew', 'eks:accessEntryType': 'STANDARD' },
            StringLike: { 'eks:username': 'curfew:*' },
            'ForAllValues:StringLike': { 'eks:kubernetesGroups': 'curfew:principal:*' },
            Null: { 'eks:kubernetesGroups': 'false' },
          },
        },
        {
          Effect: 'Allow',
          Action: ['eks:TagResource', 'eks:DescribeAccessEntry'],
          Resource: `arn:aws:eks:us-east-1:${account}:access-entry/demo/*`,
        },
        {
          Effect: 'Allow',
          Action: ['eks:DeleteAccessEntry'],
          Resource: `arn:aws:eks:us-east-1:${account}:access-entry/demo/*`,
          Condition: { StringEquals: ours },
        },
      ];
      await createRole(broker.role.name, statements);
      client = await cloud.clientOf(broker);
    });

    const entry = {
      username: 'curfew:x:{{SessionNameRaw}}',
      kubernetesGroups: ['curfew:principal:1'],
      tags: { owner: 'curfew' },
    };

    test('lets it make and delete its own', async () => {
      await create(entry, client);
      await describeEntry(client);
      await remove(client);
      expect(cloud.eks.entries(clusterName)).toEqual([]);
    });

    test.each([
      ['without its tag', { tags: {} }],
      ["with another's tag", { tags: { owner: 'someone' } }],
      ['with another username', { username: 'admin:{{SessionNameRaw}}' }],
      ['with no username', { username: undefined }],
      ['with another group', { kubernetesGroups: ['curfew:principal:1', 'admins'] }],
      ['with no group', { kubernetesGroups: [] }],
    ])('refuses an entry %s', async (_, changed) => {
      const answer = await refusal(create({ ...entry, ...changed } as CreateAccessEntryCommandInput, client));
      expect(answer.name).toBe('AccessDeniedException');
      expect(cloud.eks.entries(clusterName)).toEqual([]);
    });

    test('refuses tags to one that may create but not tag', async () => {
      const role = { name: 'untagging', arn: `arn:aws:iam::${account}:role/untagging` };
      await createRole(role.name, [{ Effect: 'Allow', Action: 'eks:CreateAccessEntry', Resource: '*' }]);
      const untagging = await cloud.clientOf({ session: 'x1', role });
      expect((await refusal(create({ tags: { a: 'b' } }, untagging))).message).toContain('eks:TagResource');
      await create({}, untagging);
    });

    test("refuses to delete or retag another's entry, or one that is not there", async () => {
      expect((await refusal(remove(client))).name).toBe('AccessDeniedException');
      await create({ tags: { owner: 'someone' } });
      expect((await refusal(remove(client))).name).toBe('AccessDeniedException');
      expect(cloud.eks.entries(clusterName)).toHaveLength(1);
    });
  });
});

describe('What goes wrong on demand', () => {
  test('fails before it is done, as often as asked, and the SDK tries again', async () => {
    cloud.eks.faults.add({ operation: 'CreateAccessEntry', kind: 'error', times: 2 });
    expect(await refusal(create())).toMatchObject({ name: 'ServerException', status: 500 });
    expect(cloud.eks.entries(clusterName)).toEqual([]);
    const patient = cloud.clientWith(await signIn(cloud.emulator.url, people.pat), 3);
    await create({}, patient);
    expect(cloud.eks.entries(clusterName)).toHaveLength(1);
  });

  test('fails after it was done', async () => {
    cloud.eks.faults.add({ operation: '*', kind: 'error', when: 'after' });
    expect((await refusal(create())).name).toBe('ServerException');
    expect(cloud.eks.entries(clusterName)).toHaveLength(1);
  });

  test('names the error that was asked for', async () => {
    cloud.eks.faults.add({ operation: 'DescribeCluster', kind: 'error', error: 'TooManyRequestsException' });
    const answer = await refusal(pat.send(new DescribeClusterCommand({ name: clusterName })));
    expect(answer).toMatchObject({ name: 'TooManyRequestsException', status: 429 });
  });

  test.each(['before', 'after'] as const)('hangs up without an answer, %s it is done', async (when) => {
    cloud.eks.faults.add({ operation: 'CreateAccessEntry', kind: 'hang', when, ms: 20 });
    await expect(create()).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(cloud.eks.entries(clusterName)).toHaveLength(when === 'after' ? 1 : 0);
  });

  test('does it twice, so that a delete finds nothing the second time', async () => {
    await create();
    cloud.eks.faults.add({ operation: 'DeleteAccessEntry', kind: 'duplicate' });
    expect((await refusal(remove())).name).toBe('ResourceNotFoundException');
    cloud.eks.faults.add({ operation: 'CreateAccessEntry', kind: 'duplicate' });
    await create();
    expect(cloud.eks.entries(clusterName)).toHaveLength(1);
  });

  test('is throttled', async () => {
    cloud.eks.faults.throttle({ perSecond: 0.001, burst: 1 });
    await create();
    expect(await refusal(describeEntry())).toMatchObject({ name: 'ThrottlingException', status: 429 });
  });

  test('is ordered over HTTP too, and every call can be looked up', async () => {
    const order = (body: unknown) =>
      fetch(`${cloud.eks.url}/_local/faults`, { method: 'POST', body: JSON.stringify(body) });
    expect((await order({ operation: 'CreateAccessEntry', kind: 'explode' })).status).toBe(400);
    expect((await order({ operation: 'CreateAccessEntry', kind: 'error' })).status).toBe(204);
    expect((await refusal(create())).name).toBe('ServerException');
    const calls = (await (await fetch(`${cloud.eks.url}/_local/calls`)).json()) as { operation: string }[];
    expect(calls.at(-1)).toMatchObject({ operation: 'CreateAccessEntry', status: 500 });
  });

  test('does not keep a stand-in from stopping', async () => {
    const eks = await startEks({ emulatorUrl: cloud.emulator.url });
    eks.registerCluster({ name: clusterName, endpoint: 'x', caPem: 'x' });
    eks.faults.add({ operation: '*', kind: 'hang', ms: 600_000 });
    const credentials = await signIn(cloud.emulator.url, people.pat);
    const hanging = describeEntry(new EKSClient({ endpoint: eks.url, region, credentials, maxAttempts: 1 }));
    const ended = expect(hanging).rejects.toThrow();
    while (eks.calls.length === 0) await sleep(5);
    await eks.stop();
    await ended;
  });

  test('is not done by a stand-in that was stopped meanwhile', async () => {
    const eks = await startEks({ emulatorUrl: cloud.emulator.url });
    eks.registerCluster({ name: clusterName, endpoint: 'x', caPem: 'x' });
    eks.faults.add({ operation: '*', kind: 'delay', ms: 300 });
    const credentials = await signIn(cloud.emulator.url, people.pat);
    const delayed = create({}, new EKSClient({ endpoint: eks.url, region, credentials, maxAttempts: 1 }));
    const ended = expect(delayed).rejects.toThrow();
    while (eks.faults.waiting().length > 0) await sleep(5);
    await eks.stop();
    await ended;
    await sleep(400);
    expect(eks.entries(clusterName)).toEqual([]);
  });
});

test('A role that is deleted and made again is another principal', async () => {
  const role = { RoleName: 'reborn', AssumeRolePolicyDocument: JSON.stringify({ Statement: [trust] }) };
  const arn = (await iam().send(new CreateRoleCommand(role))).Role?.Arn ?? '';
  await create({ principalArn: arn });
  const [before] = cloud.eks.entries(clusterName);
  await iam().send(new DeleteRoleCommand({ RoleName: 'reborn' }));
  const after = (await iam().send(new CreateRoleCommand(role))).Role?.RoleId;
  expect(cloud.eks.entries(clusterName)).toEqual([before]);
  expect(before?.principalId).not.toBe(after);
});
