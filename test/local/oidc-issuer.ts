/** Issuers of tokens on this machine, under the names that they have in the world: what the deployed function would find on the Internet. */
import { readFile } from 'node:fs/promises';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { makeServerCertificate } from '#local/kubernetes/pki.ts';

export interface OidcIssuers {
  /** For whoever is to reach them: a proxy that leads to them and to nothing else, and the authority that they are certified by. */
  env: Record<string, string>;
  /** What has been asked for so far, such as https://gitlab.example.com/oauth/discovery/keys. */
  asked: string[];
  /** Hosts that were asked for and are none of these. */
  refused: string[];
  close(): Promise<void>;
}

/** `documents`: JSON by its whole address. Certificates go into `dir`. */
export async function startOidcIssuers(
  dir: string,
  documents: Readonly<Record<string, unknown>>,
): Promise<OidcIssuers> {
  const hosts = [...new Set(Object.keys(documents).map((url) => new URL(url).hostname))];
  const { ca, cert, key } = await makeServerCertificate(dir, hosts);
  const asked: string[] = [];
  const refused: string[] = [];
  const sockets = new Set<Socket>();
  const issuers = createServer(
    { cert: await readFile(cert), key: await readFile(key) },
    (request, response) => {
      const url = `https://${request.headers.host}${request.url}`;
      asked.push(url);
      const found = documents[url];
      response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ?? {}));
    },
  );
  const port = await listening(issuers);
  const proxy = createProxy((_request, response) => response.writeHead(403).end());
  proxy.on('connect', (request, client: Socket) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    const [host = '', wanted] = (request.url ?? '').split(':');
    if (!hosts.includes(host) || wanted !== '443') {
      refused.push(request.url ?? '');
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const there = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(there).pipe(client);
    });
    sockets.add(there);
    there.on('error', () => client.destroy());
  });
  const proxyPort = await listening(proxy);
  return {
    env: {
      NODE_EXTRA_CA_CERTS: ca,
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      NO_PROXY: '127.0.0.1,localhost',
    },
    asked,
    refused,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([issuers, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
