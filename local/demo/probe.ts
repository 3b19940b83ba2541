/** Asks the API server again and again, as somebody, and notes when the answer changes: what access really was, and when. */
import { Agent, request } from 'node:https';
import * as z from 'zod';
import type { LocalCluster } from '#local/kubernetes/cluster.ts';
import type { Terminal } from '#local/terminal.ts';

export interface Change {
  at: Date;
  allowed: boolean;
}

export interface Probe {
  /** Every change of the answer since the start; the first is what it was to begin with. */
  changes: readonly Change[];
  stop(): Promise<void>;
}

const everyMs = 20;
const credential = z.object({ status: z.object({ token: z.string() }) });

/** The path must be one that nobody but a grant allows. The person's own `curfew token` says who asks. */
export async function startProbe(
  terminal: Terminal,
  cluster: Pick<LocalCluster, 'name' | 'url' | 'caPem'>,
  path: string,
): Promise<Probe> {
  const { stdout } = await terminal.run('curfew', ['token', '--cluster', cluster.name]);
  const { token } = credential.parse(JSON.parse(stdout)).status;
  const agent = new Agent({ ca: cluster.caPem, keepAlive: true, maxSockets: 1 });
  const changes: Change[] = [];
  let going = true;
  const loop = (async () => {
    while (going) {
      const allowed = (await statusOf(new URL(path, cluster.url), token, agent)) === 200;
      // The moment of the answer: for a loss of access, the first answer that said no.
      if (changes.at(-1)?.allowed !== allowed) changes.push({ at: new Date(), allowed });
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    changes,
    async stop() {
      going = false;
      await loop;
      agent.destroy();
    },
  };
}

function statusOf(url: URL, token: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    call.on('error', reject).end();
  });
}
