/** The local cluster is a real one: it authenticates, authorises, admits and records as clusters do, and ends when told. */

import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { ensureKubernetesBinaries, type KubernetesBinaries } from '#local/kubernetes/binaries.ts';
import { type LocalCluster, startCluster } from '#local/kubernetes/cluster.ts';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import { freePort, processLives, run, startProcess } from '#local/processes.ts';
import { progressTo, silentProgress } from '#local/progress.ts';

/** Ports that are handed out as free before really free ones. */
const portsTakenMeanwhile: number[] = [];
vi.mock('#local/processes.ts', async (original) => {
  const processes = await original<typeof import('#local/processes.ts')>();
  return { ...processes, freePort: async () => portsTakenMeanwhile.shift() ?? processes.freePort() };
});

let binaries: KubernetesBinaries;
let dir: string;
let authenticator: Server;
let authenticatorUrl: string;
let cluster: LocalCluster;

/** Knows two people by their tokens, as a token webhook does. */
const people: Record<string, object> = {
  'token-alice': { username: 'curfew:alice', groups: ['curfew:people'], extra: { session: ['one'] } },
  'token-bob': { username: 'curfew:bob' },
};

beforeAll(async () => {
  binaries = await ensureKubernetesBinaries(progressTo());
  dir = await mkdtemp(path.join(tmpdir(), 'curfew-cluster-'));
  authenticator = createServer(async (request, response) => {
    const review = (await json(request)) as { apiVersion: string; kind: string; spec: { token: string } };
    const user = people[review.spec.token];
    const status = user ? { authenticated: true, user } : { authenticated: false };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ apiVersion: review.apiVersion, kind: review.kind, status }));
  }).listen(0, '127.0.0.1');
  await once(authenticator, 'listening');
  authenticatorUrl = `http://127.0.0.1:${(authenticator.address() as AddressInfo).port}/`;
  cluster = await start('one');
});

afterAll(async () => {
  await Promise.all(started.map((each) => each.stop()));
  authenticator?.close();
  await rm(dir, { recursive: true, force: true });
});

const started: LocalCluster[] = [];

async function start(name: string, more: { port?: number; dir?: string } = {}): Promise<LocalCluster> {
  const it = await startCluster({
    dir: path.join(dir, name),
    name,
    authenticatorUrl,
    binaries,
    progress: silentProgress(),
    ...more,
  });
  started.push(it);
  return it;
}

const asAdmin = (args: string[], input?: string, of = cluster) =>
  kubectl(binaries, of.adminKubeconfig, args, input === undefined ? {} : { input });

/** A kubeconfig of somebody with a bearer token instead of the administrator's certificate. */
async function kubeconfigOf(token: string, of = cluster): Promise<string> {
  const config = parse(await readFile(of.adminKubeconfig, 'utf8'));
  config.users[0].user = { token };
  const file = path.join(dir, `${of.name}-${token}.kubeconfig`);
  await writeFile(file, stringify(config));
  return file;
}

const as = async (token: string, ...args: string[]) => kubectl(binaries, await kubeconfigOf(token), args);

/** The numbers and command lines of the running processes that have `text` in them. */
async function commandsWith(text: string): Promise<string[]> {
  const { stdout } = await run({ command: 'ps', args: ['-axww', '-o', 'pid=,command='] });
  return stdout.split('\n').filter((line) => line.includes(text) && processLives(Number.parseInt(line, 10)));
}

function statusOf(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, (response) => resolve(response.resume().statusCode)).once('error', reject);
  });
}

afterEach(async () => {
  await asAdmin(['delete', 'rolebindings', '--all', '-n', 'default']);
});

test('the administrator can do what an administrator does', async () => {
  const made = await asAdmin(['create', 'namespace', 'payments']);
  expect(made).toMatchObject({ code: 0, stdout: 'namespace/payments created\n' });
  const version = await asAdmin(['version', '-o', 'json']);
  expect(JSON.parse(version.stdout).serverVersion.gitVersion).toMatch(/^v1\.\d+\.\d+/);
});

test('somebody known is refused without a binding, let in with one, and refused again after it', async () => {
  await asAdmin(['create', 'role', 'reader', '--verb=get,list', '--resource=configmaps', '-n', 'default']);
  const refused = await as('token-alice', 'get', 'configmaps');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('Forbidden');
  expect(refused.stderr).toContain('User "curfew:alice"');

  await asAdmin([
    'create',
    'rolebinding',
    'grant-1',
    '--role=reader',
    '--user=curfew:alice',
    '-n',
    'default',
  ]);
  await expect.poll(async () => (await as('token-alice', 'get', 'configmaps')).code).toBe(0);
  expect((await as('token-bob', 'get', 'configmaps')).stderr).toContain('Forbidden');
  expect((await as('token-alice', 'get', 'secrets')).stderr).toContain('Forbidden');

  await asAdmin(['delete', 'rolebinding', 'grant-1', '-n', 'default']);
  await expect.poll(async () => (await as('token-alice', 'get', 'configmaps')).stderr).toContain('Forbidden');
});

test('somebody unknown is not let in', async () => {
  const unknown = await as('token-mallory', 'get', 'configmaps');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/Unauthorized|must be logged in/);
});

test('somebody without any credential learns nothing, not even the version', async () => {
  expect(await statusOf(`${cluster.url}/version`, cluster.caPem)).toBe(401);
});

test('etcd is closed to everybody but its own API server', async () => {
  const [address] = (await commandsWith(path.join(dir, 'one', 'etcd'))).flatMap(
    (line) => /--listen-client-urls=(\S+)/.exec(line)?.[1] ?? [],
  );
  const etcdCa = await readFile(path.join(dir, 'one', 'pki', 'etcd-ca.crt'), 'utf8');
  await expect(statusOf(`${address}/version`, etcdCa)).rejects.toThrow(/certificate required|ECONNRESET/i);
});

test('the audit log says who was let in by which binding, and who was not', async () => {
  await asAdmin(['create', 'role', 'lister', '--verb=list', '--resource=secrets', '-n', 'default']);
  await asAdmin([
    'create',
    'rolebinding',
    'grant-2',
    '--role=lister',
    '--user=curfew:alice',
    '-n',
    'default',
  ]);
  await expect.poll(async () => (await as('token-alice', 'get', 'secrets')).code).toBe(0);
  await as('token-bob', 'get', 'secrets');

  const listed = (await cluster.auditEvents()).filter(
    ({ objectRef, verb }) => objectRef?.resource === 'secrets' && verb === 'list',
  );
  const allowed = listed.find(({ user, responseStatus }) => {
    return user.username === 'curfew:alice' && responseStatus?.code === 200;
  });
  expect(allowed?.user.extra).toEqual({ session: ['one'] });
  expect(allowed?.annotations?.['authorization.k8s.io/reason']).toContain(
    'RoleBinding "grant-2/default" of Role "lister" to User "curfew:alice"',
  );
  const denied = listed.find(({ user }) => user.username === 'curfew:bob');
  expect(denied?.responseStatus?.code).toBe(403);
  expect(denied?.annotations?.['authorization.k8s.io/decision']).toBe('forbid');
});

test('the audit log holds what was bound, and never what is in a secret', async () => {
  await asAdmin(['create', 'rolebinding', 'grant-3', '--role=x', '--user=curfew:bob', '-n', 'default']);
  await asAdmin([
    'create',
    'secret',
    'generic',
    'db',
    '--from-literal=password=correct-horse',
    '-n',
    'default',
  ]);
  const bound = (await cluster.auditEvents()).find(
    ({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'grant-3',
  );
  expect(bound?.requestObject).toMatchObject({ subjects: [{ kind: 'User', name: 'curfew:bob' }] });
  const text = await readFile(cluster.auditLog, 'utf8');
  expect(text).toContain('"resource":"secrets","namespace":"default","name":"db"');
  expect(text).not.toContain('correct-horse');
  expect(text).not.toContain(Buffer.from('correct-horse').toString('base64'));
});

test('an admission policy in CEL refuses what it should', async () => {
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-forbidden-name' },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
        ],
      },
      validations: [{ expression: "object.metadata.name != 'forbidden'", message: 'that name is taken' }],
    },
  };
  const binding = {
    apiVersion: policy.apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'no-forbidden-name' },
    spec: { policyName: 'no-forbidden-name', validationActions: ['Deny'] },
  };
  await asAdmin(['apply', '-f', '-'], `${stringify(policy)}---\n${stringify(binding)}`);
  const create = () => asAdmin(['create', 'configmap', 'forbidden', '--dry-run=server']);
  await expect.poll(async () => (await create()).stderr, { timeout: 20_000 }).toContain('that name is taken');
});

test('two clusters at once are strangers: no shared data, certificates or ports', async () => {
  const other = await start('two');
  expect(other.url).not.toBe(cluster.url);
  expect(other.caPem).not.toBe(cluster.caPem);
  await asAdmin(['create', 'namespace', 'only-in-two'], undefined, other);
  expect((await asAdmin(['get', 'namespace', 'only-in-two'])).stderr).toContain('NotFound');

  const config = parse(await readFile(other.adminKubeconfig, 'utf8'));
  config.clusters[0].cluster.server = cluster.url;
  const strange = path.join(dir, 'strange.kubeconfig');
  await writeFile(strange, stringify(config));
  expect((await kubectl(binaries, strange, ['get', 'ns'])).stderr).toContain('certificate');
  config.clusters[0].cluster['certificate-authority-data'] = Buffer.from(cluster.caPem).toString('base64');
  await writeFile(strange, stringify(config));
  expect((await kubectl(binaries, strange, ['get', 'ns'])).stderr).toMatch(/Unauthorized|must be logged in/);
});

test('after an outage the cluster is the same: address, authority, data; stopped, nothing of it runs', async () => {
  const it = await start('outage');
  await asAdmin(['create', 'namespace', 'kept'], undefined, it);
  expect((await commandsWith(path.join(dir, 'outage'))).length).toBe(2);
  await it.kill();
  expect(await commandsWith(path.join(dir, 'outage'))).toEqual([]);
  expect((await asAdmin(['get', 'ns', 'kept'], undefined, it)).stderr).toContain('refused');

  await it.restart();
  expect((await asAdmin(['get', 'ns', 'kept'], undefined, it)).code).toBe(0);
  await it.stop();
  await it.stop();
  expect(await commandsWith(path.join(dir, 'outage'))).toEqual([]);

  const again = await start('outage', { port: await freePort() });
  expect(again.url).not.toBe(it.url);
  expect(again.caPem).toBe(it.caPem);
  expect((await asAdmin(['get', 'ns', 'kept'], undefined, again)).code).toBe(0);
});

test.each(['etcd', 'kube-apiserver'] as const)(
  'after %s alone was killed, it alone is started again',
  async (part) => {
    const it = await start(`killed-${part}`);
    const own = path.join(dir, `killed-${part}`);
    await asAdmin(['create', 'namespace', 'kept'], undefined, it);
    const before = await commandsWith(own);
    await it.kill(part);
    const left = await commandsWith(own);
    expect(left).toHaveLength(1);
    expect((await asAdmin(['get', 'ns', 'kept', '--request-timeout=3s'], undefined, it)).code).not.toBe(0);

    await it.resume();
    expect((await asAdmin(['get', 'ns', 'kept'], undefined, it)).code).toBe(0);
    const after = await commandsWith(own);
    expect(after).toHaveLength(2);
    expect(after).toEqual(expect.arrayContaining(left));
    expect(after).not.toEqual(before);
    await it.stop();
  },
);

test('a cluster that cannot start says why, and leaves nothing running', async () => {
  const port = Number(new URL(cluster.url).port);
  await expect(start('taken', { port })).rejects.toThrow(
    /kube-apiserver of cluster taken ended.*address already in use/s,
  );
  expect(await commandsWith(path.join(dir, 'taken'))).toEqual([]);
});

test('a port that another process took in the meantime is given up for another', async () => {
  const taken = Number(new URL(cluster.url).port);
  portsTakenMeanwhile.push(taken);
  const it = await start('elsewhere');
  expect(new URL(it.url).port).not.toBe(String(taken));
  expect(await commandsWith(path.join(dir, 'elsewhere'))).toHaveLength(2);
  await it.stop();
});

test('a cluster whose owner is killed outright ends too', async () => {
  const owned = path.join(dir, 'owned');
  const owner = await startProcess({
    name: 'owner',
    command: process.execPath,
    args: [fileURLToPath(new URL('fixtures/cluster-owner.ts', import.meta.url)), owned],
    logFile: path.join(dir, 'owner.log'),
  });
  await vi.waitFor(async () => expect(await readFile(owner.logFile, 'utf8')).toContain('started'), {
    timeout: 60_000,
    interval: 200,
  });
  expect(await commandsWith(path.join(owned, 'pki'))).toHaveLength(2);
  process.kill(owner.pid, 'SIGKILL');
  await vi.waitFor(async () => expect(await commandsWith(owned)).toEqual([]), {
    timeout: 20_000,
    interval: 200,
  });
});
