/** The emulator carries a stack like Curfew's: deployed once by the real CDK, started again from the kept state, gone when stopped. */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Sha256 } from '@aws-crypto/sha256-js';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { synthesize } from '#local/emulator/deploy.ts';
import { type Emulator, region, rootKeys, startEmulator } from '#local/emulator/emulator.ts';
import { type GoldenState, goldenState } from '#local/emulator/golden.ts';
import { silentProgress } from '#local/progress.ts';
import { pause } from './emulator/cloud.ts';

const progress = silentProgress();
const app = 'node test/local/emulator/stack/app.ts';
const eksUrl = 'http://127.0.0.1:9';

let dir: string;
let assembly: string;
let golden: GoldenState;
let before: string;
let emulator: Emulator;
let out: Record<string, string>;
let clients: ReturnType<typeof clientsOf>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-emulator-'));
  assembly = await synthesize({ dir: join(dir, 'cdk'), progress, app });
  golden = await goldenState({ assembly, progress });
  before = await hashOf(golden.stateDir);
  emulator = await startEmulator({ dir: join(dir, 'emulator'), progress, stateDir: golden.stateDir, eksUrl });
  out = golden.outputs.EmulatorProbe ?? {};
  clients = clientsOf(emulator);
}, 240_000);

afterAll(async () => {
  await emulator?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('a state that was deployed once', () => {
  test('is found in the cache by the content that was deployed', async () => {
    const file = join(golden.stateDir, '../outputs.json');
    const { ino } = await stat(file);
    expect(await goldenState({ assembly, progress })).toEqual(golden);
    expect((await stat(file)).ino).toBe(ino);
  });

  test('serves the API at the port it is started on, which its functions know', async () => {
    const response = await fetch(`${url()}/open/hello`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      address: url(),
      eks: eksUrl,
      node: expect.stringMatching(/^v24\./),
    });
  });

  test('keeps what a custom resource answered', () => {
    expect(out.Made).toBe('curfew');
  });
});

describe('a lifecycle on it', () => {
  test('goes from the mail by its link to the end, signed evidence in the locked bucket', async () => {
    const execution = await start('happy', { how: 'not-yet' });
    const mail = await until(async () =>
      (await emulator.mails()).find(({ subject }) => subject === 'Review happy'),
    );
    expect(mail.to).toEqual(['rita@example.com']);
    expect(mail.text.trim()).toBe(`${url()}/open/review/happy`);

    expect(await (await fetch(mail.text.trim())).text()).toBe('approved');
    const { status, output } = await ended(execution);
    expect([status, JSON.parse(output ?? '{}')]).toEqual([
      'SUCCEEDED',
      { status: 'granted', was: { status: 'granted', by: 'rita', attempt: 2 } },
    ]);
    const again = await fetch(mail.text.trim());
    expect([again.status, await again.text()]).toEqual([409, 'TaskTimedOut']);

    const object = await until(() =>
      clients.storage
        .send(new GetObjectCommand({ Bucket: out.Events, Key: 'events/happy' }))
        .catch(() => undefined),
    );
    const signature = await object.Body?.transformToByteArray();
    expect(signature?.[0]).toBe(0x30); // DER, as KMS signs with an elliptic curve key
    const deletion = clients.storage.send(
      new DeleteObjectCommand({ Bucket: out.Events, Key: 'events/happy', VersionId: object.VersionId }),
    );
    await expect(deletion).rejects.toThrow(expect.objectContaining({ name: 'AccessDenied' }));
  }, 30_000);

  test('catches an error by its name, and a review window that is over', async () => {
    const refused = await start('refused', { how: 'refuse' });
    const late = await start('late', { reviewSeconds: 1 });
    await until(async () => (await item('refused')) && (await fetch(`${url()}/open/review/refused`)).ok);
    expect(JSON.parse((await ended(refused)).output ?? '{}').was).toEqual({
      status: 'denied',
      error: 'Refused',
    });
    expect(JSON.parse((await ended(late)).output ?? '{}').status).toBe('timed-out');
  }, 30_000);

  test('tells EventBridge how it ended, and the stream filter lets only events through', async () => {
    const executionArn = await start('stopped', {});
    await until(() => item('stopped'));
    await clients.states.send(new StopExecutionCommand({ executionArn }));
    const record = await until(() => item('ended-stopped'));
    expect(record.status?.S).toBe('ABORTED');
    // The event's object is there, so the stream is past the record that is none.
    await until(() =>
      clients.storage
        .send(new GetObjectCommand({ Bucket: out.Events, Key: 'events/stopped' }))
        .catch(() => undefined),
    );
    const { Contents } = await clients.storage.send(new ListObjectsV2Command({ Bucket: out.Events }));
    expect(Contents?.map(({ Key }) => Key)).not.toContain('events/ended-stopped');
  }, 30_000);

  test('stores each event once', async () => {
    const { Versions } = await clients.storage.send(new ListObjectVersionsCommand({ Bucket: out.Events }));
    const keys = Versions?.map(({ Key }) => Key) ?? [];
    expect(keys.length).toBe(new Set(keys).size);
  });
});

describe('IAM on it', () => {
  test('lets a role call the paths of the API that it may, and tells the function who called', async () => {
    const response = await signedGet('/signed/mine', await assumed('alice@example.com'));
    expect(response.status).toBe(200);
    const { who } = (await response.json()) as { who: string };
    expect(who).toMatch(
      /^arn:aws:sts::000000000000:assumed-role\/EmulatorProbe-Person.*\/alice@example\.com$/,
    );
  });

  test('refuses an unsigned call, a forged one and what the role may not', async () => {
    const alice = await assumed('alice@example.com');
    expect((await fetch(`${url()}/signed/mine`)).status).toBe(403);
    expect((await signedGet('/signed/mine', { ...alice, secretAccessKey: 'guessed' })).status).toBe(403);
    const database = new DynamoDBClient({ endpoint: emulator.url, region, credentials: alice });
    const read = database.send(new GetItemCommand({ TableName: out.Table, Key: { pk: { S: 'happy' } } }));
    await expect(read).rejects.toThrow(expect.objectContaining({ name: 'AccessDeniedException' }));
  });

  test('obeys the resource policy of the API', async () => {
    expect((await fetch(`${url()}/open/closed`)).status).toBe(403);
  });

  test('throttles a function beyond its reserved concurrency', async () => {
    const call = () =>
      clients.functions.send(new InvokeCommand({ FunctionName: out.Slow, Payload: '{"milliseconds":1500}' }));
    const outcomes = await Promise.allSettled([call(), call()]);
    expect(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.name : 'done')).sort(),
    ).toEqual(['TooManyRequestsException', 'done']);
  });
});

describe('an emulator whose parts fail', () => {
  test('kills the functions that are named, at work as they are, and no other', async () => {
    await fetch(`${url()}/open/hello`);
    const payload = '{"milliseconds":20000}';
    const call = clients.functions.send(new InvokeCommand({ FunctionName: out.Slow, Payload: payload }));
    const killed = await until(async () => {
      const names = await emulator.killFunctions(new RegExp(`^${out.Slow}$`));
      return names.length > 0 && names;
    });
    expect(killed).toEqual([out.Slow]);
    // How the emulator calls it depends on how far the process had come.
    expect((await call).FunctionError).toBe('Unhandled');
    const others = await processesOf(emulator);
    expect(others.some((command) => command.includes('ministack-lambda-'))).toBe(true);
  }, 30_000);

  test('is the same after a restart, but for the executions that ran: they have failed', async () => {
    const it = await startEmulator({ dir: join(dir, 'restarted'), progress, stateDir: golden.stateDir });
    const { states } = clientsOf(it);
    const input = '{"id":"interrupted","reviewSeconds":600}';
    const { executionArn } = await states.send(
      new StartExecutionCommand({ stateMachineArn: out.Machine, input }),
    );
    await until(async () => (await it.mails()).some(({ subject }) => subject === 'Review interrupted'));
    await it.restart();
    const { status } = await states.send(new DescribeExecutionCommand({ executionArn }));
    expect(status).toBe('FAILED');
    expect((await fetch(`${it.localApiUrl(out.ApiUrl ?? '')}/open/hello`)).status).toBe(200);
    await it.stop();
    expect(await processesOf(it)).toEqual([]);
  }, 60_000);
});

describe('an emulator that is stopped', () => {
  test('leaves no process, no listener, no temporary file and the kept state as it was, even during a call', async () => {
    const other = await startEmulator({ dir: join(dir, 'other'), progress, stateDir: golden.stateDir });
    const payload = '{"how":"take-time","milliseconds":9000}';
    const call = clientsOf(other).functions.send(
      new InvokeCommand({ FunctionName: out.Misbehave, Payload: payload }),
    );
    call.catch(() => {}); // its connection is cut
    await until(async () => (await processesOf(other)).some((command) => command.startsWith('node ')));
    await other.stop();
    expect(await processesOf(other)).toEqual([]);
    await expect(fetch(other.url)).rejects.toThrow();
    await expect(access(join(other.dir, 'tmp'))).rejects.toThrow();
    expect(await hashOf(golden.stateDir)).toBe(before);
  }, 60_000);

  test('keeps its state when asked, for another to start from', async () => {
    const first = await startEmulator({ dir: join(dir, 'first'), progress, stateDir: golden.stateDir });
    const { executionArn } = await clientsOf(first).states.send(
      new StartExecutionCommand({
        stateMachineArn: out.Machine,
        name: 'kept',
        input: '{"id":"kept","reviewSeconds":1}',
      }),
    );
    await ended(executionArn ?? '', clientsOf(first));
    // One that waits for an answer must not keep the emulator from ending.
    const input = '{"id":"waiting","reviewSeconds":600}';
    await clientsOf(first).states.send(new StartExecutionCommand({ stateMachineArn: out.Machine, input }));
    await until(async () => (await first.mails()).some(({ subject }) => subject === 'Review waiting'));
    await first.saveState(join(dir, 'kept'));
    const second = await startEmulator({ dir: join(dir, 'second'), progress, stateDir: join(dir, 'kept') });
    const { status } = await clientsOf(second).states.send(new DescribeExecutionCommand({ executionArn }));
    await second.stop();
    expect(second.port).not.toBe(first.port);
    expect(status).toBe('SUCCEEDED');
  }, 60_000);
});

function clientsOf({ url: endpoint }: Emulator) {
  const client = { endpoint, region, credentials: rootKeys, maxAttempts: 1 };
  return {
    states: new SFNClient(client),
    functions: new LambdaClient(client),
    database: new DynamoDBClient(client),
    storage: new S3Client({ ...client, forcePathStyle: true }),
  };
}

function url(): string {
  return emulator.localApiUrl(out.ApiUrl ?? '');
}

async function start(id: string, input: object): Promise<string> {
  const { executionArn = '' } = await clients.states.send(
    new StartExecutionCommand({
      stateMachineArn: out.Machine,
      name: id,
      input: JSON.stringify({ id, reviewSeconds: 20, ...input }),
    }),
  );
  return executionArn;
}

async function ended(executionArn: string, { states } = clients) {
  return until(async () => {
    const execution = await states.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  });
}

async function item(pk: string) {
  const { Item } = await clients.database.send(
    new GetItemCommand({ TableName: out.Table, Key: { pk: { S: pk } }, ConsistentRead: true }),
  );
  return Item;
}

/** Asks until there is an answer; the test's own time limit ends it otherwise. */
async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await pause(100);
  }
}

async function assumed(RoleSessionName: string) {
  const sts = new STSClient({ endpoint: emulator.url, region, credentials: rootKeys });
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: out.Person, RoleSessionName }));
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

async function signedGet(path: string, credentials: Awaited<ReturnType<typeof assumed>>): Promise<Response> {
  const target = new URL(url() + path);
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'GET',
    protocol: 'http:',
    hostname: target.hostname,
    port: Number(target.port),
    path: target.pathname,
    headers: { host: target.host },
  });
  return fetch(target, { headers });
}

/** The command lines of all processes that know the emulator's directory. */
async function processesOf({ dir: own }: Emulator): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'args=']);
  return stdout.split('\n').filter((line) => line.includes(own) && !line.startsWith('ps '));
}

async function hashOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const file = join(folder, name);
    hash.update(`${name}\0`);
    if ((await stat(file)).isFile()) hash.update(await readFile(file));
  }
  return hash.digest('hex');
}
