/** Stands between the broker and a real API server, and breaks single requests: cut off before, cut off after, or come late. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { LocalCluster } from '#local/kubernetes/cluster.ts';
import { ensurePki } from '#local/kubernetes/pki.ts';

export interface ClusterFault {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path and query have to match it. */
  path: RegExp;
  /**
   * `before`: the connection is cut and nothing was done. `after`: it was done, and the answer is lost.
   * `late`: it is done once `release` is called, whether or not anybody still waits for the answer.
   */
  kind: 'before' | 'after' | 'late';
  /** How many requests it hits. */
  times: number;
}

export interface ClusterFront {
  /** What the cluster is registered with in EKS instead of its own address and authority. */
  address: { endpoint: string; caPem: string };
  add(fault: ClusterFault): void;
  /** Ends all faults; those that were held stay held. */
  clear(): void;
  /** Faults that nothing has met yet. */
  waiting(): readonly ClusterFault[];
  /** How many requests are held. */
  held(): number;
  /** Lets through what was held, and returns the API server's answers. */
  release(): Promise<{ status: number; body: string }[]>;
  stop(): Promise<void>;
}

/** A path of RoleBindings, but not the dry run that tries the fences. */
export const roleBindings = /\/rolebindings(\/[^?]*)?(\?(?!.*dryRun).*)?$/;

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export async function startClusterFront(cluster: LocalCluster, dir: string): Promise<ClusterFront> {
  const pki = await ensurePki(join(dir, 'front-pki'));
  const upstream = new Agent({ ca: cluster.caPem, keepAlive: true });
  let faults: ClusterFault[] = [];
  let held: (() => Promise<Answer>)[] = [];

  function take(method: string, path: string): ClusterFault | undefined {
    const fault = faults.find((one) => one.method === method && one.path.test(path));
    if (fault) {
      fault.times -= 1;
      faults = faults.filter(({ times }) => times > 0);
    }
    return fault;
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const body = await buffer(incoming);
    const send = () => forward(upstream, cluster.url, { method, url, headers, body });
    const fault = take(method, url);
    if (fault?.kind === 'late') {
      held.push(send);
      return;
    }
    const done = fault?.kind === 'before' ? undefined : await send().catch(() => undefined);
    if (fault || !done) {
      outgoing.destroy();
      return;
    }
    outgoing.writeHead(done.status, withoutHop(done.headers)).end(done.body);
  }

  const server = createServer(
    { key: await readFile(pki.serverKey), cert: await readFile(pki.serverCert) },
    (incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: {
      endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      caPem: await readFile(pki.ca, 'utf8'),
    },
    add: (fault) => void faults.push({ ...fault }),
    clear() {
      faults = [];
    },
    waiting: () => faults,
    held: () => held.length,
    async release() {
      const answers = await Promise.all(held.splice(0).map((send) => send()));
      return answers.map(({ status, body }) => ({ status, body: body.toString('utf8') }));
    },
    async stop() {
      held = [];
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      upstream.destroy();
      await closed;
    },
  };
}

function forward(
  agent: Agent,
  base: string,
  {
    method,
    url,
    headers,
    body,
  }: Pick<IncomingMessage, 'headers'> & { method: string; url: string; body: Buffer },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host: _, ...kept } = withoutHop(headers);
    const call = httpsRequest(new URL(url, base), { agent, method, headers: kept }, (response) => {
      buffer(response).then((answered) => {
        resolve({ status: response.statusCode ?? 502, headers: response.headers, body: answered });
      }, reject);
    });
    call.on('error', reject).end(body);
  });
}

/** Headers about one connection are not passed on to the next. */
function withoutHop(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = headers;
  return kept;
}
