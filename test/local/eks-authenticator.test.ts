import { Sha256 } from '@aws-crypto/sha256-js';
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  DeleteAccessEntryCommand,
  type EKSClient,
  UpdateAccessEntryCommand,
} from '@aws-sdk/client-eks';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clusterAdminGroup, clusterAdminPolicyArn } from '#local/eks/access-policies.ts';
import { startEks } from '#local/eks/stand-in.ts';
import { account, region, rootKeys } from '#local/emulator/emulator.ts';
import { ciDeployer, developer, people, type SessionCredentials, signIn } from '#local/people.ts';
import { type EksCloud, startEksCloud } from './eks-cloud.ts';

const clusterName = 'demo';
let cloud: EksCloud;
let pat: EKSClient;
let alice: SessionCredentials;
/** How far the stand-in's clock is ahead. */
let aheadMs = 0;

beforeAll(async () => {
  cloud = await startEksCloud({ now: () => Date.now() + aheadMs });
  pat = await cloud.clientOf(people.pat);
  alice = await signIn(cloud.emulator.url, people.alice);
}, 180_000);

afterAll(() => cloud?.stop());

afterEach(async () => {
  aheadMs = 0;
  Object.assign(cloud.eks.propagation, { createMs: 0, deleteMs: 0 });
  for (const { principalArn } of cloud.eks.entries(clusterName)) {
    await pat.send(new DeleteAccessEntryCommand({ clusterName, principalArn }));
  }
});

const letIn = (of: { principalArn?: string; username?: string; kubernetesGroups?: string[] } = {}) =>
  pat.send(new CreateAccessEntryCommand({ clusterName, principalArn: developer.arn, ...of }));

interface Review {
  authenticated: boolean;
  error?: string;
  user?: { username: string; uid: string; groups: string[]; extra: Record<string, string[]> };
}

async function review(token: string, cluster = clusterName): Promise<Review> {
  const response = await fetch(cloud.eks.authenticatorUrl(cluster), {
    method: 'POST',
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } }),
  });
  expect(response.status).toBe(200);
  const { kind, status } = (await response.json()) as { kind: string; status: Review };
  expect(kind).toBe('TokenReview');
  return status;
}

interface TokenParts {
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** In place of the right one. */
  secret?: string;
  cluster?: string;
  host?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  expiresIn?: number;
  signedAt?: Date;
  /** Changes the URL after it was signed. */
  rewrite?: (url: string) => string;
}

/** A token with a valid signature over whatever it says, however wrong. */
async function tokenOf(parts: TokenParts = {}): Promise<string> {
  const { credentials = alice, host = 'sts.us-east-1.amazonaws.com', signedAt = new Date() } = parts;
  const { expiresIn = 60, rewrite = (url) => url } = parts;
  const keys = { ...credentials, secretAccessKey: parts.secret ?? credentials.secretAccessKey };
  const signer = new SignatureV4({ service: 'sts', region, credentials: keys, sha256: Sha256 });
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15', ...parts.query },
      headers: { host, ...(parts.headers ?? { 'x-k8s-aws-id': parts.cluster ?? clusterName }) },
    },
    { expiresIn, signingDate: signedAt },
  );
  const url = `https://${host}/?${new URLSearchParams(query as Record<string, string>)}`;
  return `k8s-aws-v1.${Buffer.from(rewrite(url)).toString('base64url')}`;
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe('A token is taken', () => {
  test.each([
    ['from just now', {}],
    ['from fourteen minutes ago, though its presigned minute is over', { signedAt: minutesAgo(14) }],
    ['with the longest presigned time', { expiresIn: 900 }],
  ] satisfies [string, TokenParts][])('%s', async (_, parts) => {
    await letIn();
    expect(await review(await tokenOf(parts))).toMatchObject({ authenticated: true });
  });
});

describe('A token is refused', () => {
  const replace = (from: string | RegExp, to: string) => ({
    rewrite: (url: string) => url.replace(from, to),
  });

  test.each([
    ['sixteen minutes old', { signedAt: minutesAgo(16) }, 'older than 15 minutes'],
    ['presigned for 901 seconds', { expiresIn: 901 }, 'X-Amz-Expires'],
    ['presigned for a negative time', replace('X-Amz-Expires=60', 'X-Amz-Expires=-1'), 'X-Amz-Expires'],
    ['without x-k8s-aws-id', { headers: {} }, 'x-k8s-aws-id'],
    ['signed for another cluster', { cluster: 'other' }, 'SignatureDoesNotMatch'],
    ['over http', replace('https:', 'http:'), 'https URL'],
    ['of a foreign host', { host: 'sts.us-east-1.amazonaws.com.example.com' }, 'not that of STS'],
    ['of another service', { host: 'iam.us-east-1.amazonaws.com' }, 'not that of STS'],
    ['of another partition', { host: 'sts.cn-north-1.amazonaws.com.cn' }, 'not that of STS'],
    ['with a doubled parameter', replace('/?', '/?Version=2011-06-15&'), 'twice'],
    ['with a doubled parameter in other letters', replace('/?', '/?version=2011-06-15&'), 'twice'],
    ['with one parameter more', { query: { Format: 'JSON' } }, 'not allowed'],
    ['for another action', { query: { Action: 'GetSessionToken' } }, 'not GetCallerIdentity'],
    ['with a wrong secret', { secret: 'wrong' }, 'SignatureDoesNotMatch'],
    ['with more of a path', replace('.com/?', '.com/x?'), 'path /'],
    ['with user info', replace('https://', 'https://user@'), 'not that of STS'],
    ['with a port', replace('.com/', '.com:8443/'), 'not that of STS'],
    ['with the default port', replace('.com/', '.com:443/'), 'not that of STS'],
    ['with a fragment', replace(/$/, '#x'), 'path /'],
    ['without a date', replace(/X-Amz-Date=[^&]*&/, ''), 'not a date'],
    ['with a date in another form', replace(/X-Amz-Date=[^&]*/, 'X-Amz-Date=2026-11-21'), 'not a date'],
    ['without a key', replace(/X-Amz-Credential=[^&]*/, 'X-Amz-Credential='), 'no access key'],
    ['of more than 4096 bytes', replace(/$/, `&x=${'x'.repeat(4096)}`), '4096'],
  ] satisfies [string, TokenParts, string][])('%s', async (_, parts, why) => {
    await letIn();
    const answer = await review(await tokenOf(parts));
    expect(answer.authenticated).toBe(false);
    expect(answer.user).toBeUndefined();
    expect(answer.error).toContain(why);
  });

  test.each([
    ['with another prefix', (token: string) => token.replace('v1.', 'v2.'), 'does not begin'],
    ['with padding', (token: string) => `${token}=`, 'base64url'],
    ['that is empty', () => '', 'does not begin'],
    ['that holds no URL', () => 'k8s-aws-v1.aGVsbG8', 'https URL'],
  ])('%s', async (_, change, why) => {
    await letIn();
    const answer = await review(change(await tokenOf()));
    expect(answer).toMatchObject({ authenticated: false });
    expect(answer.error).toContain(why);
  });

  test('of a session that nobody let in', async () => {
    expect(await review(await tokenOf())).toMatchObject({ authenticated: false });
    await letIn({ principalArn: ciDeployer.arn });
    expect(await review(await tokenOf())).toMatchObject({ authenticated: false });
  });

  test('on another cluster than the entry is for', async () => {
    await letIn();
    expect(await review(await tokenOf({ cluster: 'other' }), 'other')).toMatchObject({
      authenticated: false,
    });
  });

  test('of a role that was deleted and made again under its ARN', async () => {
    const iam = new IAMClient({ endpoint: cloud.emulator.url, region, credentials: rootKeys });
    const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
    const role = {
      RoleName: 'reborn',
      MaxSessionDuration: 43_200,
      AssumeRolePolicyDocument: JSON.stringify({ Statement: [trust] }),
    };
    const arn = (await iam.send(new CreateRoleCommand(role))).Role?.Arn ?? '';
    const tokenNow = async () =>
      tokenOf({
        credentials: await signIn(cloud.emulator.url, { session: 'x1', role: { name: 'reborn', arn } }),
      });
    await letIn({ principalArn: arn });
    expect(await review(await tokenNow())).toMatchObject({ authenticated: true });
    await iam.send(new DeleteRoleCommand({ RoleName: 'reborn' }));
    await iam.send(new CreateRoleCommand(role));
    expect(await review(await tokenNow())).toMatchObject({ authenticated: false });
  });

  test('with an error, not a no, when STS can not be asked', async () => {
    const blind = await startEks({ emulatorUrl: 'http://127.0.0.1:1' });
    const response = await fetch(blind.authenticatorUrl(clusterName), {
      method: 'POST',
      body: JSON.stringify({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: await tokenOf() },
      }),
    });
    expect(response.status).toBe(500);
    await blind.stop();
  });

  test('without saying anything of it', async () => {
    const token = await tokenOf({ cluster: 'other' });
    const answer = JSON.stringify(await review(token));
    for (const secret of [token, alice.sessionToken, token.slice(-40)]) expect(answer).not.toContain(secret);
  });
});

describe('Whoever is let in', () => {
  test('is named by the entry, with the session as it was signed in', async () => {
    await letIn({
      username: 'curfew:{{AccountID}}:dev:{{SessionNameRaw}}',
      kubernetesGroups: ['curfew:principal:1', 'of:{{SessionName}}'],
    });
    const { user } = await review(await tokenOf());
    expect(user).toEqual({
      username: `curfew:${account}:dev:alice@example.com`,
      uid: expect.stringMatching(new RegExp(`^aws-iam-authenticator:${account}:AROA\\w+$`)),
      groups: ['curfew:principal:1', 'of:alice-example.com'],
      extra: {
        arn: [`arn:aws:sts::${account}:assumed-role/${developer.name}/alice@example.com`],
        canonicalArn: [`arn:aws:iam::${account}:role/${developer.name}`],
        sessionName: ['alice@example.com'],
        accessKeyId: [alice.accessKeyId],
        principalId: [expect.stringMatching(/^AROA\w+:alice@example\.com$/)],
      },
    });
  });

  test('is so on the cluster that the token was signed for, whatever its name', async () => {
    cloud.eks.registerCluster({ name: 'other', endpoint: 'x', caPem: 'x' });
    const named = { clusterName: 'other', principalArn: developer.arn };
    await pat.send(new CreateAccessEntryCommand(named));
    expect(await review(await tokenOf({ cluster: 'other' }), 'other')).toMatchObject({ authenticated: true });
    expect(await review(await tokenOf(), 'other')).toMatchObject({ authenticated: false });
    await pat.send(new DeleteAccessEntryCommand(named));
  });

  test('is the session, not the role: bob is another user', async () => {
    await letIn({ username: 'c:{{SessionNameRaw}}' });
    const credentials = await signIn(cloud.emulator.url, people.bob);
    expect((await review(await tokenOf({ credentials }))).user?.username).toBe('c:bob@example.com');
  });

  test('shares a name with a look-alike where @ becomes -', async () => {
    await letIn({ username: 'c:{{SessionName}}' });
    const lookAlike = await signIn(cloud.emulator.url, { ...people.alice, session: 'alice-example.com' });
    const names = [await tokenOf(), await tokenOf({ credentials: lookAlike })].map(async (token) => {
      return (await review(token)).user?.username;
    });
    expect(await Promise.all(names)).toEqual(['c:alice-example.com', 'c:alice-example.com']);
  });

  test('may be a user with a key of their own', async () => {
    const iam = new IAMClient({ endpoint: cloud.emulator.url, region, credentials: rootKeys });
    const { User: user } = await iam.send(new CreateUserCommand({ UserName: 'machine' }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'machine' }));
    await letIn({ principalArn: user?.Arn ?? '' });
    const credentials = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
    const answer = await review(await tokenOf({ credentials }));
    expect(answer.user).toMatchObject({ username: user?.Arn, extra: { sessionName: [''] } });
  });

  test('is in the group that stands for cluster admins, with that policy only', async () => {
    await letIn({ kubernetesGroups: ['a'] });
    const accessScope = { type: 'cluster' } as const;
    const named = { clusterName, principalArn: developer.arn, accessScope };
    await pat.send(new AssociateAccessPolicyCommand({ ...named, policyArn: clusterAdminPolicyArn }));
    expect((await review(await tokenOf())).user?.groups).toEqual(['a', clusterAdminGroup]);
  });
});

describe('A change of an entry reaches the cluster', () => {
  test('at once, unless told otherwise', async () => {
    await letIn();
    const token = await tokenOf();
    expect((await review(token)).authenticated).toBe(true);
    await pat.send(new DeleteAccessEntryCommand({ clusterName, principalArn: developer.arn }));
    expect((await review(token)).authenticated).toBe(false);
  });

  test('late, with a delay of its own for what is made and what is gone', async () => {
    Object.assign(cloud.eks.propagation, { createMs: 20_000, deleteMs: 5_000 });
    const token = await tokenOf();
    await letIn({ username: 'first' });
    aheadMs = 19_000;
    expect((await review(token)).authenticated).toBe(false);
    aheadMs = 21_000;
    expect((await review(token)).user?.username).toBe('first');

    const change = { clusterName, principalArn: developer.arn, username: 'second' };
    await pat.send(new UpdateAccessEntryCommand(change));
    expect((await review(token)).user?.username).toBe('first');
    aheadMs = 42_000;
    expect((await review(token)).user?.username).toBe('second');

    await pat.send(new DeleteAccessEntryCommand({ clusterName, principalArn: developer.arn }));
    aheadMs = 46_000;
    expect((await review(token)).authenticated).toBe(true);
    aheadMs = 48_000;
    expect((await review(token)).authenticated).toBe(false);
  });

  test('for good: what was deleted before it arrived never comes back', async () => {
    Object.assign(cloud.eks.propagation, { createMs: 20_000, deleteMs: 0 });
    await letIn();
    await pat.send(new DeleteAccessEntryCommand({ clusterName, principalArn: developer.arn }));
    aheadMs = 60_000;
    expect((await review(await tokenOf())).authenticated).toBe(false);
  });
});
