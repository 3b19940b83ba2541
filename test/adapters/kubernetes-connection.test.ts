/** The connection to an API server, against a server that misbehaves: whom it trusts, how long it waits, what it says. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { KubernetesApi } from '#adapters/kubernetes-api.ts';
import { ClusterNotReady, PlanRefused, Unavailable } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import type { RoleBinding } from '#domain/role-binding.ts';
import { ensurePki } from '#local/kubernetes/pki.ts';

const token = 'k8s-aws-v1.very-secret-token';
const api = new KubernetesApi(async () => token, { connectMs: 1_000, requestMs: 500 });

let dir: string;
let server: Server;
let address: ClusterAddress;
let strangersAuthority: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let connections = 0;
const sockets = new Set<Socket>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-connection-'));
  const [pki, stranger] = [await ensurePki(join(dir, 'ours')), await ensurePki(join(dir, 'stranger'))];
  const base64Of = async (file: string) => (await readFile(file)).toString('base64');
  strangersAuthority = await base64Of(stranger.ca);
  server = createServer(
    { key: await readFile(pki.serverKey), cert: await readFile(pki.serverCert) },
    (request, response) => answer(request, response),
  );
  server.on('secureConnection', (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = {
    eksName: 'payments-prod',
    region: 'us-east-1',
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificateAuthority: await base64Of(pki.ca),
  };
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  server?.close();
  await rm(dir, { recursive: true, force: true });
});
afterEach(() => vi.unstubAllEnvs());

function answersWith(status: number, body: unknown): void {
  answer = (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

const read = async (of = address) => (await api.connect(of)).readRoleBinding('payments', 'curfew-x');
const role = async () => (await api.connect(address)).readClusterRole('curfew:pod-reader:0123abcd');
const create = async () =>
  (await api.connect(address)).createRoleBinding({ metadata: { namespace: 'n', name: 'x' } } as RoleBinding);
const status = (code: number, message: string, reason = '') => ({ kind: 'Status', code, reason, message });

test('requests carry the token, and go over one connection, which waits for the next', async () => {
  const seen: (string | undefined)[] = [];
  answer = (request, response) => {
    seen.push(request.headers.authorization);
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end(JSON.stringify(status(404, 'not found', 'NotFound')));
  };
  const session = await api.connect(address);
  const before = connections;
  for (let i = 0; i < 3; i++) {
    expect(await session.readRoleBinding('payments', 'curfew-x')).toBeUndefined();
    await sleep(50);
  }
  expect(connections - before).toBe(1);
  expect(seen).toEqual([`Bearer ${token}`, `Bearer ${token}`, `Bearer ${token}`]);
});

test('a server that another authority vouches for gets no token', async () => {
  let asked = 0;
  answer = (_, response) => {
    asked += 1;
    response.end('{}');
  };
  await expect(read({ ...address, certificateAuthority: strangersAuthority })).rejects.toBeInstanceOf(
    Unavailable,
  );
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  await expect(read({ ...address, certificateAuthority: strangersAuthority })).rejects.toBeInstanceOf(
    Unavailable,
  );
  expect(asked).toBe(0);
});

test.each([
  { certificateAuthority: '' },
  { certificateAuthority: Buffer.from('not a certificate').toString('base64') },
  { endpoint: 'http://127.0.0.1:1' },
  { endpoint: 'nonsense' },
])('an address that can not be trusted is not called: %o', async (wrong) => {
  await expect(read({ ...address, ...wrong })).rejects.toBeInstanceOf(ClusterNotReady);
});

test('a server that does not answer, or stops in the middle, is Unavailable within the time', async () => {
  answer = () => {};
  await expect(read()).rejects.toBeInstanceOf(Unavailable);
  answer = (_, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).write('{"kind":');
  await expect(read()).rejects.toBeInstanceOf(Unavailable);
  answer = (request) => void request.socket.destroy();
  await expect(read()).rejects.toBeInstanceOf(Unavailable);
});

test.each([
  [401, Unavailable],
  [403, ClusterNotReady],
  [429, Unavailable],
  [500, Unavailable],
  [503, Unavailable],
])(
  '%i on a read becomes one of our words, with what the server said and without the token',
  async (code, expected) => {
    answersWith(code, status(code, 'said the server'));
    const failed = read();
    await expect(failed).rejects.toBeInstanceOf(expected);
    const { message } = await failed.then(
      () => ({ message: '' }),
      (error: Error) => error,
    );
    // The library drops the body of a 401.
    expect(message).toContain(code === 401 ? '401' : 'said the server');
    expect(message).not.toContain(token);
  },
);

test.each([
  [403, PlanRefused],
  [422, PlanRefused],
  [404, ClusterNotReady],
  [500, Unavailable],
  [409, Unavailable],
])('%i on a creation', async (code, expected) => {
  answersWith(code, status(code, 'said the server', code === 409 ? 'Conflict' : ''));
  await expect(create()).rejects.toBeInstanceOf(expected);
});

test('an answer that is not what was asked for is no success', async () => {
  for (const body of ['<html>proxy</html>', '', '[]', '{"kind":"RoleBinding"}']) {
    answersWith(200, body);
    await expect(create()).rejects.toBeInstanceOf(Unavailable);
  }
  answersWith(502, '<html>bad gateway</html>');
  await expect(read()).rejects.toBeInstanceOf(Unavailable);
});

test('absence is proven by the API server naming the object, by nothing else', async () => {
  answersWith(404, status(404, 'rolebindings "curfew-x" not found', 'NotFound'));
  expect(await read()).toBeUndefined();
  for (const body of ['404 page not found', '', '{}', status(404, 'no such path')]) {
    answersWith(404, body);
    await expect(read()).rejects.toBeInstanceOf(Unavailable);
  }
  const other = { name: 'curfew-y', namespace: 'payments', uid: 'u' };
  for (const body of [
    {},
    { metadata: {} },
    { metadata: other },
    { metadata: { ...other, name: 'curfew-x', uid: undefined } },
  ]) {
    answersWith(200, { kind: 'RoleBinding', ...body });
    await expect(read()).rejects.toBeInstanceOf(Unavailable);
  }
});

test.each([
  { rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }] },
  {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    aggregationRule: { clusterRoleSelectors: [] },
  },
  { rules: [{ apiGroups: [''], resources: [], verbs: ['get'] }] },
])('a role that no catalog can hold is not compared: %o', async (body) => {
  answersWith(200, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'x' },
    ...body,
  });
  await expect(role()).rejects.toBeInstanceOf(ClusterNotReady);
});

test('only a refusal by the fence itself counts as one', async () => {
  const tried = async () => (await api.connect(address)).refusesForbidden('payments', 'curfew:x:0');
  answersWith(
    422,
    status(
      422,
      "ValidatingAdmissionPolicy 'curfew-bind-role' with binding 'curfew-bind-role' denied request: x",
    ),
  );
  expect(await tried()).toBe(true);
  answersWith(201, { kind: 'RoleBinding', metadata: { name: 'x', uid: 'u' } });
  expect(await tried()).toBe(false);
  answersWith(422, status(422, "ValidatingAdmissionPolicy 'somebody-elses' denied request: x"));
  await expect(tried()).rejects.toBeInstanceOf(Unavailable);
  answersWith(403, status(403, 'rolebindings is forbidden'));
  await expect(tried()).rejects.toBeInstanceOf(ClusterNotReady);
});
