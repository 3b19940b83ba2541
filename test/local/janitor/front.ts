/** Stands between the janitor and a real API server: there it is another time, and single requests fail. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { LocalCluster } from '#local/kubernetes/cluster.ts';
import { ensurePki } from '#local/kubernetes/pki.ts';

export interface Front {
  port: number;
  caPem: string;
  /** Milliseconds by which its clock is ahead of the real one; undefined: it does not say what time it is. */
  ahead: number | undefined;
  /** Done before a request goes on to the API server; a status is answered instead of the API server. */
  before: (method: string, path: string) => Promise<number | undefined>;
  /** `METHOD path` of what was asked. */
  asked: string[];
  stop(): Promise<void>;
}

export async function startFront(cluster: LocalCluster, dir: string): Promise<Front> {
  const pki = await ensurePki(dir);
  const agent = new Agent({ ca: cluster.caPem, keepAlive: true });
  const options = { key: await readFile(pki.serverKey), cert: await readFile(pki.serverCert) };
  const server = createServer(options, async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const body = await buffer(incoming);
    front.asked.push(`${method} ${url}`);
    outgoing.sendDate = false;
    const status = await front.before(method, url);
    if (status !== undefined) {
      outgoing.writeHead(status).end(JSON.stringify({ message: 'not today' }));
      return;
    }
    const forwarded = request(new URL(url, cluster.url), { method, headers, agent });
    forwarded.on('error', () => outgoing.destroy());
    forwarded.on('response', (answer) => {
      const { date, ...others } = answer.headers;
      const there =
        front.ahead === undefined ? {} : { date: new Date(Date.now() + front.ahead).toUTCString() };
      outgoing.writeHead(answer.statusCode ?? 502, { ...others, ...there });
      answer.pipe(outgoing);
    });
    forwarded.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const front: Front = {
    port: (server.address() as AddressInfo).port,
    caPem: await readFile(pki.ca, 'utf8'),
    ahead: 0,
    before: async () => undefined,
    asked: [],
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      agent.destroy();
    },
  };
  return front;
}
