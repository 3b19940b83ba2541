/** The log of the deployed sealer: it verifies in the bucket itself, and in no state that somebody has meddled with. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { anAdministrator, aPerson, type E2ePerson } from './person.ts';
import { ask, until } from './steps.ts';

const cloud = inject('cloud');
let dir: string;
let key: string;
let auditor: E2ePerson;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-log-'));
  key = join(dir, 'key.pem');
  auditor = await anAdministrator();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** KMS and S3 are the emulator's too; commands of other people ask neither. */
const audit = (...args: string[]) =>
  auditor.terminal.run('curfew', ['audit', ...args], {
    env: { ...auditor.terminal.env, AWS_ENDPOINT_URL: cloud.emulatorUrl },
  });
const bucket = () => cloud.outputs.AuditBucket ?? '';

it('is sealed within minutes of a request, and verifies with the pinned key', async () => {
  const pinned = await audit('pin-key', '--key-arn', cloud.outputs.LogKeyArn ?? '', '--file', key);
  expect(pinned.code, pinned.stderr).toBe(0);
  expect(await readFile(key, 'utf8')).toContain('BEGIN PUBLIC KEY');
  const { id } = await ask(await aPerson('lena'), {});
  const proof = await until('a leaf for the request', async () => {
    const answer = await audit('proof', id, '--bucket', bucket());
    return answer.code === 0 ? answer.stdout : undefined;
  });
  expect(JSON.parse(proof).events.length).toBeGreaterThan(0);
  const verified = await audit('verify', '--bucket', bucket(), '--key', key, '--output', 'json');
  const { faults, leaves, checkpoints } = JSON.parse(verified.stdout);
  // Files that run beside this one try to forge, and are refused: nothing of it may be seen here.
  expect(faults).toEqual([]);
  expect(leaves).toBeGreaterThan(0);
  expect(checkpoints).toBeGreaterThan(0);
  expect(verified.code).toBe(0);
});
