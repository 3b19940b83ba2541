/** Child processes: none outlives us, and one that fails says what it said last. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Child, freePort, processLives, run, startProcess, untilReady } from '#local/processes.ts';

const parentScript = fileURLToPath(new URL('fixtures/parent.ts', import.meta.url));
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'curfew-processes-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const shell = (script: string): Promise<Child> =>
  startProcess({
    name: 'the script',
    command: '/bin/sh',
    args: ['-c', script],
    logFile: path.join(dir, 'log'),
  });

/** The numbers that a script has written to a log. */
async function numbersIn(file: string): Promise<number[]> {
  return vi.waitFor(
    async () => {
      const numbers = (await readFile(file, 'utf8')).trim().split(/\s+/).map(Number);
      expect(numbers.every((number) => number > 0)).toBe(true);
      return numbers;
    },
    { timeout: 20_000 },
  );
}

const allGone = (pids: number[]) =>
  vi.waitFor(() => expect(pids.filter(processLives)).toEqual([]), { timeout: 10_000 });

test('stopping a child ends what it started, also when it does not listen', async () => {
  const child = await shell('trap "" TERM; sleep 600 & echo $! $$; while :; do wait; done');
  const pids = await numbersIn(child.logFile);
  await child.stop(200);
  expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
  expect(child.alive).toBe(false);
  await allGone(pids);
});

test('a child that ends by itself takes along what it started', async () => {
  const child = await shell('sleep 600 & echo $!; exit 4');
  expect(await child.ended).toEqual({ code: 4, signal: null });
  await allGone(await numbersIn(child.logFile));
});

test.each([
  ['Ctrl-C', 'SIGINT', ['started', 'cleaned up']],
  ['a termination', 'SIGTERM', ['started', 'cleaned up']],
  ['a kill that no handler sees', 'SIGKILL', ['started']],
] as const)('%s of the parent leaves nothing running', async (_, signal, said) => {
  const parent = await startProcess({
    name: 'the parent',
    command: process.execPath,
    args: [parentScript, path.join(dir, 'child.log')],
    logFile: path.join(dir, 'parent.log'),
  });
  const pids = await numbersIn(path.join(dir, 'child.log'));
  await vi.waitFor(async () => expect(await readFile(parent.logFile, 'utf8')).toContain('started'), {
    timeout: 20_000,
  });
  expect(pids.every(processLives)).toBe(true);

  process.kill(parent.pid, signal);
  expect(await parent.ended).toEqual({ code: null, signal });
  await allGone(pids);
  expect((await readFile(parent.logFile, 'utf8')).trim().split('\n')).toEqual(said);
});

test('an exception in the parent leaves nothing running', async () => {
  const log = path.join(dir, 'child.log');
  const result = await run({ command: process.execPath, args: [parentScript, log, 'throw'] });
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('thrown by the parent');
  await allGone(await numbersIn(log));
});

test('waiting for a child that ends says so with its last words', async () => {
  const child = await shell('echo bad flag; exit 3');
  await expect(untilReady(child, 'answering', async () => false)).rejects.toThrow(
    /the script ended \(exit code 3\).*answering.*\nbad flag/s,
  );
});

test('waiting for a child that stays silent ends in time, with the reason', async () => {
  const child = await shell('echo here; sleep 600');
  await vi.waitFor(async () => expect(await child.logTail()).toBe('here'));
  const waiting = untilReady(child, 'answering', () => Promise.reject(new Error('ECONNREFUSED')), {
    timeoutMs: 300,
  });
  await expect(waiting).rejects.toThrow(/not answering after 0.3 s \(ECONNREFUSED\).*\nhere/s);
  await child.kill();
});

test('a program that is not there is named', async () => {
  const missing = startProcess({
    name: 'etcd',
    command: '/nowhere',
    args: [],
    logFile: path.join(dir, 'log'),
  });
  await expect(missing).rejects.toThrow('etcd could not be started: spawn /nowhere ENOENT');
});

test('a command is given its input and gives its output, line by line too', async () => {
  const onLine = vi.fn();
  const script = 'cat; echo problem >&2; exit 7';
  const result = await run({ command: '/bin/sh', args: ['-c', script], input: 'one\ntwo\n', onLine });
  expect(result).toEqual({ code: 7, signal: null, stdout: 'one\ntwo\n', stderr: 'problem\n' });
  expect(onLine.mock.calls.flat().sort()).toEqual(['one', 'problem', 'two']);
});

test('a command that takes too long is ended', async () => {
  const slow = run({ command: '/bin/sh', args: ['-c', 'sleep 600'], timeoutMs: 200 });
  await expect(slow).rejects.toThrow("'sh -c' was ended: it took longer than 200 ms.");
});

test('no two free ports are the same', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(new Set(ports).size).toBe(50);
});
