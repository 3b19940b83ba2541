/** The cache: an entry is built once, is whole or absent, and survives whatever happens to its builder. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheDir, cached, cacheKey } from '#local/cache.ts';
import { type RunResult, run, startProcess } from '#local/processes.ts';

const user = fileURLToPath(new URL('fixtures/cache-user.ts', import.meta.url));
let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'curfew-cache-'));
  vi.stubEnv('CURFEW_CACHE', home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

const shelf = () => path.join(home, 'race');
const log = () => path.join(home, 'log');
const builds = async () => (await readFile(log(), 'utf8')).split('\n').filter(Boolean).length;
const use = (key: string, takesMs: number): Promise<RunResult> =>
  run({ command: process.execPath, args: [user, key, log(), String(takesMs)] });

test('an entry is built on the first use and found on the second', async () => {
  const build = vi.fn((dir: string) => writeFile(path.join(dir, 'it'), 'x'));
  const first = await cached('kind', 'key', build);
  const second = await cached('kind', 'key', build);
  expect(second).toBe(first);
  expect(await readdir(first)).toEqual(['it']);
  expect(build).toHaveBeenCalledTimes(1);
});

test('a build that fails leaves no entry, and the next use builds again', async () => {
  const failing = cached('race', 'key', async (dir) => {
    await writeFile(path.join(dir, 'half'), 'x');
    throw new Error('no space');
  });
  await expect(failing).rejects.toThrow('no space');
  expect(await readdir(shelf())).toEqual([]);
  expect(
    await readdir(await cached('race', 'key', (dir) => writeFile(path.join(dir, 'whole'), 'x'))),
  ).toEqual(['whole']);
});

test('two processes that want one entry at once build it once and both get it', async () => {
  const [one, other] = await Promise.all([use('k', 500), use('k', 500)]);
  expect([one.stderr, other.stderr]).toEqual(['', '']);
  expect(one.stdout).toBe(path.join(shelf(), 'k'));
  expect(other.stdout).toBe(one.stdout);
  expect(await builds()).toBe(1);
});

test('a builder that is killed is taken over from, and nothing of its half is kept', async () => {
  const killed = await startProcess({
    name: 'builder',
    command: process.execPath,
    args: [user, 'k', log(), '60000'],
    logFile: path.join(home, 'builder.log'),
  });
  await vi.waitFor(async () => expect(await builds()).toBe(1), { timeout: 20_000 });
  expect(await readdir(shelf())).not.toContain('k');
  await killed.kill();

  const next = await use('k', 0);
  expect(next.stderr).toBe('');
  expect((await readdir(next.stdout)).sort()).toEqual(['first', 'second']);
  expect(await readdir(shelf())).toEqual(['k']);
});

test('ingredients that only differ in where one ends make another key', () => {
  expect(cacheKey('ab', 'c')).not.toBe(cacheKey('a', 'bc'));
  expect(cacheKey('ab', 'c')).toBe(cacheKey('ab', Buffer.from('c')));
});

test('the cache is where the person says, else in their cache folder', () => {
  expect(cacheDir({ CURFEW_CACHE: '/somewhere', XDG_CACHE_HOME: '/xdg' })).toBe('/somewhere');
  expect(cacheDir({ XDG_CACHE_HOME: '/xdg' })).toBe('/xdg/curfew');
  expect(cacheDir({ XDG_CACHE_HOME: 'relative' })).toMatch(/\/\.cache\/curfew$/);
  expect(cacheDir({})).toMatch(/\/\.cache\/curfew$/);
});
