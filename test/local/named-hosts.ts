/** Hosts on this machine, under the names that they have in the world: what deployed functions would find on the Internet. */
import { readFile } from 'node:fs/promises';
import { createServer as createProxy, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { makeServerCertificate } from '#local/kubernetes/pki.ts';

export interface NamedHosts {
  /** For whoever is to reach them (`functionEnv` of a local cloud): a proxy that leads to them and to nothing else, and the authority that certifies them. */
  env: Record<string, string>;
  /** Whole addresses asked for so far, such as https://gitlab.example.com/oauth/discovery/keys. */
  asked: string[];
  /** `host:port` that was asked for and is none of these. */
  refused: string[];
  close(): Promise<void>;
}

/** `hosts`: who answers, by name; all at port 443. Certificates go into `dir`. */
export async function startNamedHosts(
  dir: string,
  hosts: Readonly<Record<string, RequestListener>>,
): Promise<NamedHosts> {
  const { ca, cert, key } = await makeServerCertificate(dir, Object.keys(hosts));
  const asked: string[] = [];
  const refused: string[] = [];
  const sockets = new Set<Socket>();
  const answering = createServer(
    { cert: await readFile(cert), key: await readFile(key) },
    (request, response) => {
      const { host = '' } = request.headers;
      asked.push(`https://${host}${request.url}`);
      const answer = Object.hasOwn(hosts, host) ? hosts[host] : undefined;
      if (answer) answer(request, response);
      else response.writeHead(421).end();
    },
  );
  const port = await listening(answering);
  const proxy = createProxy((_request, response) => response.writeHead(403).end());
  proxy.on('connect', (request, client: Socket) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    const [host = '', wanted] = (request.url ?? '').split(':');
    if (!Object.hasOwn(hosts, host) || wanted !== '443') {
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
      await Promise.all([answering, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

/** Answers each of these paths with its JSON, and others with 404. */
export const jsonAt =
  (documents: Readonly<Record<string, unknown>>): RequestListener =>
  (request, response) => {
    const found = Object.hasOwn(documents, request.url ?? '') ? documents[request.url ?? ''] : undefined;
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? {}));
  };

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
