/** Where opa comes from: the PATH where it is new enough, else a build that is kept. The builder is a small fake. */

import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ensureOpa } from '#local/opa/opa.ts';
import type { Progress } from '#local/progress.ts';

let dir: string;
let told: string[];

const progress: Progress = {
  step: async (title: string, ...rest: unknown[]) => {
    told.push(title);
    return (rest.at(-1) as (detail: () => void) => unknown)(() => {}) as never;
  },
  note: (text) => told.push(text),
};

/** A program that says it is this opa. */
async function writeOpa(into: string, version: string): Promise<void> {
  await writeFile(path.join(into, 'opa'), `#!/bin/sh\necho 'Version: ${version}'\necho 'Rego Version: v1'\n`);
  await chmod(path.join(into, 'opa'), 0o755);
}

const builder = (builds: string, go: string | undefined = 'go1.99') => ({
  usableGo: vi.fn(async () => go),
  build: vi.fn((into: string) => writeOpa(into, builds)),
});

const pinned = '1.22.2';

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'curfew-opa-'));
  told = [];
  await mkdir(path.join(dir, 'bin'));
  vi.stubEnv('PATH', `${path.join(dir, 'bin')}:/usr/bin:/bin`);
  vi.stubEnv('CURFEW_CACHE', path.join(dir, 'cache'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

test('the opa on the PATH is used where it reads Rego v1', async () => {
  await writeOpa(path.join(dir, 'bin'), '1.0.0');
  const unused = builder(pinned);
  expect(await ensureOpa(progress, { builder: unused })).toBe('opa');
  expect(unused.build).not.toHaveBeenCalled();
});

test('one that is too old is told of, and the pinned version is built once', async () => {
  await writeOpa(path.join(dir, 'bin'), '0.70.0');
  const used = builder(pinned);
  const opa = await ensureOpa(progress, { builder: used });
  expect(told).toEqual([expect.stringContaining('0.70.0: too old'), `Building opa ${pinned} with go1.99`]);
  expect(path.relative(path.join(dir, 'cache', 'opa'), opa)).toMatch(/^[0-9a-f]{32}\/opa$/);
  expect(await ensureOpa(progress, { builder: used })).toBe(opa);
  expect(used.build).toHaveBeenCalledTimes(1);
});

test('without Go it says what to install, and leaves nothing', async () => {
  await expect(
    ensureOpa(progress, { builder: { ...builder(pinned), usableGo: async () => undefined } }),
  ).rejects.toThrow(/not on the PATH, and there is no Go 1\.21 or newer.*Install opa/);
  expect(await readdir(path.join(dir, 'cache', 'opa'))).toEqual([]);
});

test('a build that does not run, or is of another version, is not kept', async () => {
  await expect(ensureOpa(progress, { builder: builder('1.21.0') })).rejects.toThrow(
    /says it is 1\.21\.0, not 1\.22\.2/,
  );
  const broken = {
    ...builder(pinned),
    build: (into: string) => writeFile(path.join(into, 'opa'), 'not a program'),
  };
  await expect(ensureOpa(progress, { builder: broken })).rejects.toThrow(/says it is undefined/);
  expect(await readdir(path.join(dir, 'cache', 'opa'))).toEqual([]);
});
