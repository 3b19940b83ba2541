import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkpointKey } from '#domain/audit-log/log-objects.ts';
import { ensureEmulator } from '#local/emulator/environment.ts';
import { silentProgress } from '#local/progress.ts';
import { aLog, aLogKey, type BuiltLog } from '../builders/audit-log.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const verifier = fileURLToPath(new URL('../../docs/audit/verify.py', import.meta.url));
const key = aLogKey();
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'curfew-audit-'));
  writeFileSync(path.join(dir, 'key.pem'), key.pem);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function copyOf(log: BuiltLog): void {
  for (const [name, text] of log.objects) {
    mkdirSync(path.dirname(path.join(dir, 'copy', name)), { recursive: true });
    writeFileSync(path.join(dir, 'copy', name), text);
  }
}

/** Without anything that AWS, or an API, would be asked with. */
function curfew(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH, HOME: dir },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const verify = (...more: string[]) => curfew('audit', 'verify', '--dir', 'copy', '--key', 'key.pem', ...more);

it('verifies a copy offline, says how far, and what could not be seen', () => {
  const log = aLog(key, { seals: 6 });
  copyOf(log);
  const { status, stdout } = verify();
  expect(stdout).toContain('6 checkpoints');
  expect(stdout).toContain('No fault.');
  expect(stdout).toContain('was not checked');
  expect(status).toBe(0);
  expect(verify('--as-of', log.clock).stdout).not.toContain('was not checked');
  const later = verify('--as-of', '2027-01-01');
  expect(later.stdout).toContain(`truncated ${checkpointKey(7)}`);
  expect(later.status).toBe(3);
});

it('names the object and the kind of a fault, and ends with 3, as the verifier in Python does', async () => {
  const log = aLog(key, { seals: 6 });
  const [event = ''] = [...log.objects.keys()].filter((name) => name.startsWith('events/'));
  log.objects.set(event, (log.objects.get(event) ?? '').replace('alice', 'mallo'));
  copyOf(log);
  writeFileSync(path.join(dir, 'copy', 'marks.json'), JSON.stringify({ unlocked: [checkpointKey(1)] }));
  const { status, stdout } = verify();
  expect(stdout).toContain(`edited ${event}`);
  expect(stdout).toContain(`unlocked ${checkpointKey(1)}`);
  expect(status).toBe(3);
  const json = JSON.parse(verify('--output', 'json').stdout);
  expect(json).toMatchObject({ faultCount: 2 });
  const python = await ensureEmulator(silentProgress());
  const other = spawnSync(python, [verifier, path.join(dir, 'copy'), path.join(dir, 'key.pem')], {
    encoding: 'utf8',
  });
  expect(other.stdout.split('\n')).toEqual(
    expect.arrayContaining([`edited ${event}`, `unlocked ${checkpointKey(1)}`]),
  );
  expect(other.status).toBe(3);
});

it('proves a request in a file that is checked by itself', () => {
  const log = aLog(key, { seals: 6 });
  copyOf(log);
  const [id = ''] = log.heads.keys();
  const { stdout } = curfew('audit', 'proof', id, '--dir', 'copy');
  writeFileSync(path.join(dir, 'proof.json'), stdout);
  rmSync(path.join(dir, 'copy'), { recursive: true });
  const check = () => curfew('audit', 'check-proof', 'proof.json', '--key', 'key.pem');
  expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining('It holds') });
  writeFileSync(path.join(dir, 'proof.json'), stdout.replace('alice', 'mallo'));
  expect(check()).toMatchObject({ status: 3, stdout: expect.stringContaining('does not hold') });
});

it('says what is missing to verify', () => {
  expect(verify().stderr).toBe('');
  rmSync(path.join(dir, 'key.pem'));
  expect(verify()).toMatchObject({ status: 2, stderr: expect.stringContaining("Can't read key.pem") });
  writeFileSync(path.join(dir, 'key.pem'), 'x');
  expect(verify()).toMatchObject({ status: 2, stderr: expect.stringContaining('pin-key') });
  expect(curfew('audit', 'verify').status).toBe(2);
});
