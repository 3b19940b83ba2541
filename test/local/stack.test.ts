/** The project's own stack, deployed: every function loads, callers have to sign, and the evidence is out of reach. */
import { createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { account, type Emulator, region, rootKeys, startEmulator } from '#local/emulator/emulator.ts';
import { goldenState } from '#local/emulator/golden.ts';
import { type SessionCredentials, signIn } from '#local/people.ts';
import { silentProgress } from '#local/progress.ts';
import { assembly, deployment } from '#local/stack.ts';
import { stored } from '../builders/world.ts';

const progress = silentProgress();
let dir: string;
let emulator: Emulator;
let out: Record<string, string>;

const as = (credentials: SessionCredentials | typeof rootKeys = rootKeys) => ({
  endpoint: emulator.url,
  region,
  credentials,
});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-stack-'));
  const { stateDir, outputs } = await goldenState({ assembly: await assembly(progress), progress });
  out = outputs[deployment] ?? {};
  emulator = await startEmulator({ dir: join(dir, 'emulator'), progress, stateDir });
});

afterAll(async () => {
  await emulator?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** A session of a new role; `policy` is the ARN of a managed policy, or `*` for everything. */
async function roleWith(name: string, policy?: string): Promise<SessionCredentials> {
  const iam = new IAMClient(as());
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  const trust = document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal });
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
  if (policy === '*') {
    const PolicyDocument = document({ Effect: 'Allow', Action: '*', Resource: '*' });
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'all', PolicyDocument }));
  } else if (policy) {
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: policy }));
  }
  const role = { name, arn: `arn:aws:iam::${account}:role/${name}` };
  return signIn(emulator.url, { session: 'tester', role });
}

async function get(path: string, credentials?: SessionCredentials): Promise<Response> {
  const [id = ''] = new URL(out.ApiUrl ?? '').hostname.split('.');
  const url = new URL(`${emulator.apiUrl(id, 'curfew')}${path}`);
  if (!credentials) return fetch(url);
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    headers: { host: url.host },
  });
  return fetch(url, { headers });
}

describe('the deployed functions', () => {
  it('load with their configuration and catalog, and refuse what is not their input', async () => {
    const lambda = new LambdaClient(as());
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const answers = await Promise.all(
      Functions.map(async ({ FunctionName, Description = '' }) => {
        const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
        const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
        return [Description.replace('Curfew: ', ''), answer.errorType ?? 'answers'];
      }),
    );
    expect(Object.fromEntries(answers)).toEqual({
      Announce: 'ZodError',
      Api: 'answers',
      AskByTicket: 'answers',
      AskReviewers: 'ZodError',
      AwaitClaim: 'ZodError',
      BindRole: 'ZodError',
      CloseGrant: 'ZodError',
      DefineRole: 'ZodError',
      EndGrant: 'ZodError',
      GuardRemoval: 'ZodError',
      HoldGrant: 'ZodError',
      KillGrants: 'ZodError',
      OpenGrant: 'ZodError',
      PublishPlanKey: 'ZodError',
      SealLog: 'answers',
      ShipEvents: 'ZodError',
      SurveyCluster: 'ZodError',
      SweepCluster: 'ZodError',
      SweepGrants: 'answers',
      TakeWebhook: 'answers',
      TraceUsage: 'InvalidInput',
      UnbindRole: 'ZodError',
    });
  });

  it('verify plans with the public half of the key that OpenGrant signs with', async () => {
    const { Functions = [] } = await new LambdaClient(as()).send(new ListFunctionsCommand({}));
    const variable = (name: string) =>
      Functions.map(({ Environment }) => Environment?.Variables?.[name]).find((value) => value !== undefined);
    const KeyId = variable('CURFEW_PLAN_KEY_ID');
    const { PublicKey = new Uint8Array() } = await new KMSClient(as()).send(
      new GetPublicKeyCommand({ KeyId }),
    );
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    expect(variable('CURFEW_PLAN_PUBLIC_KEY')).toBe(key.export({ format: 'pem', type: 'spki' }));
  });
});

describe('the deployed API', () => {
  it('answers nobody who has not signed', async () => {
    expect((await get('/v1/whoami')).status).toBe(403);
    expect((await get('/v1/requests')).status).toBe(403);
  });

  it('answers a role with the policy for callers, and no other', async () => {
    const caller = await roleWith('caller', `arn:aws:iam::${account}:policy/${deployment}-caller`);
    expect((await get('/v1/whoami', await roleWith('stranger'))).status).toBe(403);
    const known = await get('/v1/whoami', caller);
    expect(known.status).toBe(200);
    expect(await known.json()).toMatchObject({ principal: { roleName: 'caller' }, sessionName: 'tester' });
  });

  it('shows its review pages to whoever has a link, and tells others that theirs is none', async () => {
    const page = await get(`/review/${'x'.repeat(43)}`);
    expect(page.status).toBe(410);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  });
});

describe('the deployed evidence', () => {
  it('is out of reach of an administrator', async () => {
    const Bucket = out.AuditBucket;
    const s3 = new S3Client({ ...as(await roleWith('administrator', '*')), forcePathStyle: true });
    const Key = 'events/test/000001.json';
    const refused = (send: Promise<unknown>) => expect(send).rejects.toMatchObject({ name: 'AccessDenied' });

    await refused(s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}' })));
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}', IfNoneMatch: '*' }));
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
    expect(Versions).toHaveLength(1);
    const VersionId = Versions[0]?.VersionId;

    await refused(s3.send(new DeleteObjectCommand({ Bucket, Key })));
    await refused(
      s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true })),
    );
    const off = { ObjectLockEnabled: 'Enabled' } as const;
    await refused(s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: off })));
    const VersioningConfiguration = { Status: 'Suspended' } as const;
    await refused(s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })));
  });
});

describe('the deployed stack', () => {
  const describeStack = async () => {
    const { Stacks = [] } = await new CloudFormationClient(as()).send(
      new DescribeStacksCommand({ StackName: deployment }),
    );
    return Stacks[0];
  };

  it('can not be taken down while something that was granted may stand', async () => {
    const documents = DynamoDBDocumentClient.from(new DynamoDBClient(as()), {
      marshallOptions: { removeUndefinedValues: true },
    });
    const { id } = await stored(new DynamoRecords(documents, out.TableName ?? ''), { status: 'active' });
    await new CloudFormationClient(as()).send(new DeleteStackCommand({ StackName: deployment }));
    await vi.waitUntil(async () => (await describeStack())?.StackStatus !== 'DELETE_IN_PROGRESS', 60_000);

    const stack = await describeStack();
    expect(stack?.StackStatus).toBe('DELETE_FAILED');
    expect(stack?.StackStatusReason).toMatch(/failed to delete: \[RemovalGuard\w*\]/);
    // AWS puts the guard's words beside the resource; the emulator only into its log.
    expect(await readFile(emulator.logFile, 'utf8')).toContain(`${id} (active)`);
    // That nothing else goes first is in the template (test/infra): the emulator goes on after a failure, AWS stops.
  });
});
