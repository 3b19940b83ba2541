/** Calls of onboarding to Kubernetes APIs: only to the server that is meant, and never with what is for another one. */
import 'reflect-metadata';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Unavailable } from '#domain/errors.ts';
import { ensurePki } from '#local/kubernetes/pki.ts';
import { httpCall } from '../../../cli/http-call.ts';
import { kubernetesApi } from '../../../cli/onboard/kubernetes-call.ts';

interface Listening {
  server: Server;
  url: URL;
  ca: string;
  seen: IncomingHttpHeaders[];
}

let dir: string;
const listening: Listening[] = [];

async function listen(certificate: { key: string; cert: string }, ca: string): Promise<Listening> {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer(certificate, (request, response) => {
    seen.push(request.headers);
    setTimeout(() => response.end('{}'), Math.random() * 5);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const one = { server, url, ca, seen };
  listening.push(one);
  return one;
}

/** A server of an authority of its own. */
async function cluster(name: string): Promise<Listening> {
  const pki = await ensurePki(path.join(dir, name));
  const [key, cert, ca] = await Promise.all(
    [pki.serverKey, pki.serverCert, pki.ca].map((file) => readFile(file, 'utf8')),
  );
  return listen({ key: key ?? '', cert: cert ?? '' }, ca ?? '');
}

/** For this machine, by its own authority, and over since yesterday. */
async function expired(): Promise<Listening> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const day = 24 * 3600_000;
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=kubernetes',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 2 * day),
    notAfter: new Date(Date.now() - day),
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  const cert = made.toString('pem');
  return listen({ key, cert }, cert);
}

let [a, b, over] = [] as unknown as [Listening, Listening, Listening];
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'curfew-call-'));
  [a, b, over] = [await cluster('a'), await cluster('b'), await expired()];
});
afterAll(async () => {
  for (const { server } of listening) {
    server.closeAllConnections();
    server.close();
  }
  await rm(dir, { recursive: true, force: true });
});
afterEach(() => vi.unstubAllEnvs());

const to = ({ url }: Listening, options: { ca: string; servername?: string }, token = 'x') =>
  kubernetesApi({
    server: url,
    options: async () => ({ ...options, headers: { authorization: `Bearer ${token}` } }),
  });

describe('N57: nothing is sent to a server', () => {
  test.each<[string, () => [Listening, { ca: string; servername?: string }]]>([
    ['that another authority vouches for', () => [a, { ca: b.ca }]],
    ['of another name', () => [a, { ca: a.ca, servername: 'payments.example.com' }]],
    ['whose certificate is over', () => [over, { ca: over.ca }]],
  ])('%s, also where the environment says not to look', async (_, wrong) => {
    const [server, options] = wrong();
    const before = server.seen.length;
    for (const environment of ['', '0']) {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', environment);
      await expect(to(server, options)({ method: 'GET', path: '/api' })).rejects.toBeInstanceOf(Unavailable);
    }
    expect(server.seen.length).toBe(before);
  });

  test('by any other command either: of another authority, or whose certificate is over', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const before = [a, over].map(({ seen }) => seen.length);
    const get = (url: URL, ca: string) => httpCall({ method: 'GET', url, ca, timeoutMs: 2_000 });
    await expect(get(a.url, b.ca)).rejects.toThrow();
    await expect(get(over.url, over.ca)).rejects.toThrow();
    expect([a, over].map(({ seen }) => seen.length)).toEqual(before);
    expect((await get(a.url, a.ca)).status).toBe(200);
  });

  test('but to the one that is meant', async () => {
    expect((await to(a, { ca: a.ca })({ method: 'GET', path: '/api' })).status).toBe(200);
  });
});

describe('N55: calls that are made at the same time', () => {
  test('keep to their cluster and to whom they act as', async () => {
    const clusters = [
      { server: a, api: to(a, { ca: a.ca }, 'of-a') },
      { server: b, api: to(b, { ca: b.ca }, 'of-b') },
    ];
    for (const { server } of clusters) server.seen.length = 0;
    const calls = Array.from({ length: 120 }, (_, i) => i).map((i) => {
      const as = i % 3 === 0 ? {} : { as: `user-${i}` };
      const groups = i % 3 === 2 ? { asGroups: [`group-${i}`] } : {};
      return clusters[i % 2]?.api({ method: 'GET', path: `/${i}`, ...as, ...groups });
    });
    await Promise.all(calls);
    const inWords = (headers: IncomingHttpHeaders) =>
      [headers.authorization, headers['impersonate-user'], headers['impersonate-group']].join(' ');
    for (const [at, { server }] of clusters.entries()) {
      const wanted = Array.from({ length: 60 }, (_, k) => 2 * k + at).map((i) =>
        [
          `Bearer of-${at === 0 ? 'a' : 'b'}`,
          i % 3 === 0 ? undefined : `user-${i}`,
          i % 3 === 2 ? `group-${i}` : undefined,
        ].join(' '),
      );
      expect(server.seen.map(inWords).sort()).toEqual(wanted.sort());
    }
  });
});
