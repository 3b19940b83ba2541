/** The stand-in for EKS in a process of its own: killed outright it is gone, and comes back with what it had kept. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateAccessEntryCommand,
  DescribeClusterCommand,
  EKSClient,
  ListAccessEntriesCommand,
} from '@aws-sdk/client-eks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EksProcess, startEksProcess } from '#local/eks/process.ts';
import { type Emulator, region, rootKeys, startEmulator } from '#local/emulator/emulator.ts';
import { createPeople, developer } from '#local/people.ts';
import { silentProgress } from '#local/progress.ts';

const clusterName = 'demo';
let dir: string;
let emulator: Emulator;
let eks: EksProcess;
let client: EKSClient;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'curfew-eks-process-'));
  emulator = await startEmulator({ dir: path.join(dir, 'emulator'), progress: silentProgress() });
  await createPeople(emulator.url);
  eks = await startEksProcess({ dir: path.join(dir, 'eks') });
  await eks.useEmulator(emulator.url);
  await eks.registerCluster({
    name: clusterName,
    endpoint: 'https://127.0.0.1:1',
    caPem: 'not a certificate',
  });
  client = new EKSClient({ endpoint: eks.url, region, credentials: rootKeys, maxAttempts: 1 });
});
afterAll(async () => {
  await eks?.stop();
  await emulator?.stop();
  await rm(dir, { recursive: true, force: true });
});

const entries = async () => (await client.send(new ListAccessEntriesCommand({ clusterName }))).accessEntries;

test('after a kill it has its clusters and entries again, at the same address', async () => {
  await client.send(new CreateAccessEntryCommand({ clusterName, principalArn: developer.arn }));
  await eks.kill();
  await expect(entries()).rejects.toThrow(/ECONNREFUSED/);
  await eks.resume();
  expect(await entries()).toEqual([developer.arn]);
  const { cluster } = await client.send(new DescribeClusterCommand({ name: clusterName }));
  expect(cluster?.endpoint).toBe('https://127.0.0.1:1');
});

test('a call that hangs when it is killed gets no answer', async () => {
  await eks.addFault({ operation: 'ListAccessEntries', kind: 'hang' });
  const hanging = entries();
  hanging.catch(() => {}); // judged below
  await expect
    .poll(async () => (await fetch(`${eks.url}/_local/faults`)).json(), { timeout: 10_000 })
    .toEqual([]);
  await eks.kill();
  await expect(hanging).rejects.toThrow();
  await eks.resume();
  expect(await entries()).toEqual([developer.arn]);
});

test('throttled, it refuses until that is cleared', async () => {
  await eks.throttle({ perSecond: 0.01, burst: 1 });
  await entries();
  await expect(entries()).rejects.toThrow(expect.objectContaining({ name: 'ThrottlingException' }));
  await eks.clearFaults();
  expect(await entries()).toEqual([developer.arn]);
});
