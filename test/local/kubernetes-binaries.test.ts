/** Where the Kubernetes programs come from, and that nothing unchecked is ever used. Archives and sources are small fakes. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { usableGo } from '#local/go-build.ts';
import { type BinariesOptions, ensureKubernetesBinaries } from '#local/kubernetes/binaries.ts';
import { pinnedRelease, programs } from '#local/kubernetes/release.ts';
import { run } from '#local/processes.ts';
import type { Progress } from '#local/progress.ts';

let dir: string;
let server: Server;
let origin: string;
let answers: Map<string, { status?: number; body?: Buffer | string; cutAt?: number; silentAfter?: number }>;
let told: string[];
let environment: NodeJS.ProcessEnv;

const progress: Progress = {
  step: async (title: string, ...rest: unknown[]) => {
    told.push(title);
    const work = rest.at(-1) as (detail: () => void) => unknown;
    return work(() => {}) as never;
  },
  note: (text) => void told.push(text),
};

const builder = {
  usableGo: vi.fn(async (): Promise<string | undefined> => 'go1.99'),
  buildPrograms: vi.fn((into: string) => writePrograms(into, 'built')),
};

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'curfew-binaries-'));
  vi.stubEnv('CURFEW_CACHE', path.join(dir, 'cache'));
  told = [];
  answers = new Map();
  server = createServer((request, response) => {
    const answer = answers.get(request.url ?? '') ?? { status: 404 };
    const body = Buffer.from(answer.body ?? '');
    response.writeHead(answer.status ?? 200, { 'content-length': body.byteLength });
    if (answer.silentAfter !== undefined) return void response.write(body.subarray(0, answer.silentAfter));
    if (answer.cutAt === undefined) return void response.end(body);
    response.write(body.subarray(0, answer.cutAt), () => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  environment = { CURFEW_ENVTEST_INDEX: `${origin}/index.yaml` };
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.clearAllMocks();
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true, force: true });
});

const ensure = (options: BinariesOptions = {}) =>
  ensureKubernetesBinaries(progress, { environment, silenceMs: 2_000, builder, ...options });

const says = async (program: string) => (await run({ command: program, args: [] })).stdout.trim();

async function writePrograms(into: string, what: string): Promise<void> {
  await mkdir(into, { recursive: true });
  for (const program of programs) {
    await writeFile(path.join(into, program), `#!/bin/sh\necho ${what} ${program}\n`, { mode: 0o755 });
  }
}

/** Publishes an archive of `version` whose programs say `what`; the index knows its true hash. */
async function publish(version: string, what: string): Promise<{ path: string; archive: Buffer }> {
  const { os, arch } = await pinnedRelease();
  const name = `envtest-v${version}-${os}-${arch}.tar.gz`;
  await writePrograms(path.join(dir, what, 'controller-tools', 'envtest'), what);
  const file = path.join(dir, name);
  const packed = await run({
    command: 'tar',
    args: ['-czf', file, '-C', path.join(dir, what), 'controller-tools'],
  });
  expect(packed.code).toBe(0);
  const archive = await readFile(file);
  releases[`v${version}`] = {
    [name]: { hash: createHash('sha512').update(archive).digest('hex'), selfLink: `${origin}/${name}` },
  };
  answers.set('/index.yaml', { body: stringify({ releases }) });
  answers.set(`/${name}`, { body: archive });
  return { path: `/${name}`, archive };
}
let releases: Record<string, Record<string, { hash: string; selfLink: string }>>;
beforeEach(() => {
  releases = {};
});

/** Every fault of a download ends in this: told, nothing of it used, built instead. */
async function expectBuiltBecause(reason: RegExp): Promise<void> {
  const binaries = await ensure();
  expect(await says(binaries.kubeApiserver)).toBe('built kube-apiserver');
  expect(told.join('\n')).toMatch(reason);
  const kept = await readdir(path.dirname(binaries.etcd));
  expect(kept.sort()).toEqual(['ORIGIN', 'etcd', 'kube-apiserver', 'kubectl']);
}

test("the person's own programs are used where KUBEBUILDER_ASSETS names them, and nothing else is asked", async () => {
  const own = path.join(dir, 'own');
  await writePrograms(own, 'own');
  const binaries = await ensure({ environment: { ...environment, KUBEBUILDER_ASSETS: own } });
  expect(await says(binaries.kubectl)).toBe('own kubectl');
  expect(told).toEqual([]);
});

test('KUBEBUILDER_ASSETS with a program missing, or one that does not run, is refused by name', async () => {
  const own = path.join(dir, 'own');
  await writePrograms(own, 'own');
  const asked = () => ensure({ environment: { KUBEBUILDER_ASSETS: own } });
  await writeFile(path.join(own, 'etcd'), '#!/bin/sh\necho cannot execute >&2; exit 126\n');
  await expect(asked()).rejects.toThrow(/its etcd does not run here \(exit code 126 cannot execute\)/);
  await chmod(path.join(own, 'etcd'), 0o644);
  await expect(asked()).rejects.toThrow(/there is no executable etcd in it.*unset it/s);
  await rm(path.join(own, 'etcd'));
  await expect(asked()).rejects.toThrow('there is no executable etcd in it');
});

test('a Kubernetes too old for admission policies is refused', async () => {
  const own = path.join(dir, 'own');
  await writePrograms(own, 'own');
  const asked = () => ensure({ environment: { KUBEBUILDER_ASSETS: own } });
  await writeFile(path.join(own, 'kube-apiserver'), '#!/bin/sh\necho Kubernetes v1.29.4\n');
  await expect(asked()).rejects.toThrow('its kube-apiserver is too old: Kubernetes v1.29.4.');
  await writeFile(path.join(own, 'kube-apiserver'), '#!/bin/sh\necho Kubernetes v1.30.0\n');
  expect(await asked()).toBeDefined();
});

test('the archive of the pinned version is fetched, checked and kept for the next time', async () => {
  const { version } = await pinnedRelease();
  const published = await publish(version, 'fetched');
  const first = await ensure();
  expect(await says(first.etcd)).toBe('fetched etcd');
  expect(await readFile(path.join(path.dirname(first.etcd), 'ORIGIN'), 'utf8')).toContain(published.path);

  answers.clear();
  told = [];
  expect(await ensure()).toEqual(first);
  expect(told).toEqual([]);
  expect(builder.buildPrograms).not.toHaveBeenCalled();
});

test('where the pinned version has no archive, the newest patch of its minor is fetched', async () => {
  const [major, minor] = (await pinnedRelease()).version.split('.').map(Number);
  await publish(`${major}.${minor}.0`, 'patch0');
  await publish(`${major}.${minor}.20`, 'patch20');
  await publish(`${major}.${minor}.9`, 'patch9');
  await publish(`${major}.${minor}.30-rc.1`, 'candidate');
  await publish(`${major}.${Number(minor) + 1}.0`, 'next');
  expect(await says((await ensure()).etcd)).toBe('patch20 etcd');
});

test('an archive that is not the published one is refused', async () => {
  const { version } = await pinnedRelease();
  const published = await publish(version, 'fetched');
  const forged = Buffer.from(published.archive);
  forged[forged.length - 9] = (forged[forged.length - 9] ?? 0) ^ 1;
  answers.set(published.path, { body: forged });
  await expectBuiltBecause(/is not what was published, and was not used/);
});

test('a well-formed archive of other programs is refused for its digest alone', async () => {
  const { version } = await pinnedRelease();
  const forged = await publish('1.0.0', 'forged');
  const published = await publish(version, 'fetched');
  answers.set(published.path, { body: forged.archive });
  await expectBuiltBecause(/is not what was published, and was not used/);
});

test.each([
  ['is cut off', { cutAt: 100 }, /could not be read/],
  ['is shorter than it was', { shorten: 100 }, /its \d+ bytes have the SHA-512/],
  ['is not there', { status: 404 }, /answered 404\./],
  ['stops in the middle', { silentAfter: 100 }, /was silent for 0.3 s\./],
])('an archive that %s is not used', async (_, fault, reason) => {
  const { version } = await pinnedRelease();
  const { path: url, archive } = await publish(version, 'fetched');
  const body = 'shorten' in fault ? archive.subarray(0, -fault.shorten) : archive;
  answers.set(url, { body, ...fault });
  const binaries = await ensure({ silenceMs: 'silentAfter' in fault ? 300 : 2_000 });
  expect(await says(binaries.etcd)).toBe('built etcd');
  expect(told.join('\n')).toMatch(reason);
});

test.each([
  ['is not there', { status: 503 }, /index\.yaml answered 503\./],
  ['is not YAML', { body: '<html>\tLog in to the network: {' }, /is not an index of envtest releases/],
  ['has no hash', { body: 'releases: {v1.36.3: {a.tar.gz: {selfLink: "http://x"}}}' }, /not an index.*hash/s],
  ['lists nothing for us', { body: 'releases: {}' }, /lists no archive of Kubernetes/],
])('an index that %s leads to a build', async (_, answer, reason) => {
  answers.set('/index.yaml', answer);
  await expectBuiltBecause(reason);
});

test('a server that is not there leads to a build', async () => {
  server.close();
  await expectBuiltBecause(/index\.yaml could not be read: .*ECONNREFUSED/);
});

test('a fetched program that does not run here leads to a build', async () => {
  const { version } = await pinnedRelease();
  await writePrograms(path.join(dir, 'wrong'), 'wrong');
  const { path: url } = await publish(version, 'fetched');
  const root = path.join(dir, 'fetched');
  await writeFile(path.join(root, 'controller-tools/envtest/etcd'), 'for another machine');
  const file = path.join(dir, 'other.tar.gz');
  await run({ command: 'tar', args: ['-czf', file, '-C', root, 'controller-tools'] });
  const archive = await readFile(file);
  const entry = Object.values(releases[`v${version}`] ?? {})[0];
  if (entry) entry.hash = createHash('sha512').update(archive).digest('hex');
  answers.set('/index.yaml', { body: stringify({ releases }) });
  answers.set(url, { body: archive });
  await expectBuiltBecause(/its etcd does not run here/);
});

test('without an archive and without Go the person is told what to do, and nothing is kept', async () => {
  builder.usableGo.mockResolvedValueOnce(undefined);
  await expect(ensure()).rejects.toThrow(/neither fetched nor built.*Install Go.*KUBEBUILDER_ASSETS/s);
  expect(await readdir(path.join(dir, 'cache', 'kubernetes'))).toEqual([]);
});

test('a machine without Go, or with one too old, is seen', async () => {
  const fakeGo = path.join(dir, 'bin');
  await mkdir(fakeGo);
  vi.stubEnv('PATH', fakeGo);
  expect(await usableGo(tmpdir())).toBeUndefined();
  await writeFile(path.join(fakeGo, 'go'), '#!/bin/sh\necho go1.20.14\n', { mode: 0o755 });
  expect(await usableGo(tmpdir())).toBeUndefined();
  await writeFile(path.join(fakeGo, 'go'), '#!/bin/sh\necho go1.21.0\n', { mode: 0o755 });
  expect(await usableGo(tmpdir())).toBe('go1.21.0');
});
