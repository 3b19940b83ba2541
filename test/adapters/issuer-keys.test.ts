/** Keys of an issuer, fetched by TLS from a server that misbehaves: no redirect is followed, nothing large read, nobody waited for. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchKeys } from '#adapters/issuer-keys.ts';
import { ensurePki } from '#local/kubernetes/pki.ts';

let dir: string;
let server: Server;
let base: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: string[] = [];
const before = getCACertificates('default');

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-issuer-'));
  const pki = await ensurePki(dir);
  const [key, cert, ca] = await Promise.all(
    [pki.serverKey, pki.serverCert, pki.ca].map((file) => readFile(file, 'utf8')),
  );
  if (!key || !cert || !ca) throw new Error('No certificate could be made.');
  server = createServer({ key, cert }, (request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  setDefaultCACertificates([...before, ca]);
});
afterAll(async () => {
  setDefaultCACertificates(before);
  server?.closeAllConnections();
  server?.close();
  await rm(dir, { recursive: true, force: true });
});

it('are read where they are', async () => {
  answer = (_, response) => response.end('{"keys":[]}');
  expect(await fetchKeys(`${base}/jwks`)).toEqual({ keys: [] });
});

it('are not looked for where the answer sends one (N47)', async () => {
  answer = (request, response) => {
    if (request.url === '/elsewhere') response.end('{"keys":[]}');
    else response.writeHead(302, { location: '/elsewhere' }).end();
  };
  await expect(fetchKeys(`${base}/jwks`)).rejects.toThrow();
  expect(asked).not.toContain('/elsewhere');
});

it('are never read by plain HTTP (N47)', async () => {
  await expect(fetchKeys(base.replace('https', 'http'))).rejects.toThrow('not by HTTPS');
});

it('are not read past a quarter of a megabyte', async () => {
  let sent = 0;
  answer = (_, response) => {
    const more = () => {
      while (sent < 64_000_000 && !response.destroyed) {
        sent += 64_000;
        if (!response.write('x'.repeat(64_000))) return response.once('drain', more);
      }
      return response.end();
    };
    more();
  };
  await expect(fetchKeys(`${base}/jwks`)).rejects.toThrow('more than 262144 bytes');
  expect(sent).toBeLessThan(64_000_000);
});

it('are not there where the server says so, or says something else', async () => {
  answer = (_, response) => response.writeHead(404).end('{}');
  await expect(fetchKeys(`${base}/jwks`)).rejects.toThrow('status 404');
  answer = (_, response) => response.end('<html>');
  await expect(fetchKeys(`${base}/jwks`)).rejects.toThrow();
});
