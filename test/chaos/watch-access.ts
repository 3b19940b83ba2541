/** Looks again and again what the API server lets somebody do, with that person's own token, and keeps when it changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { signEksToken } from '#adapters/eks-token.ts';
import { region } from '#local/emulator/emulator.ts';
import type { E2ePerson } from '../e2e/person.ts';

/** `silent`: no answer, or one that says nothing about access. */
export type Answer = 'yes' | 'no' | 'silent';

export interface Change {
  answer: Answer;
  /** First and last time of this answer in a row, milliseconds since 1970. */
  from: number;
  to: number;
}

export interface Watch {
  readonly changes: readonly Change[];
  stop(): Promise<void>;
}

const everyMs = 200;
const longestMs = 2_000;
const tokenForMs = 10 * 60_000;

/** Lists services in `payments`, which every role used here may. */
export function watchAccess({ cloud, credentials }: E2ePerson): Watch {
  const { name: clusterName, url, caPem } = cloud.cluster;
  const agent = new Agent({ connect: { ca: caPem, timeout: longestMs }, connections: 1 });
  const changes: Change[] = [];
  let stopped = false;
  let token = '';
  let signedAt = 0;

  async function look(): Promise<Answer> {
    if (Date.now() - signedAt > tokenForMs) {
      token = (await signEksToken({ clusterName, region, credentials })).token;
      signedAt = Date.now();
    }
    const { statusCode, body } = await request(`${url}/api/v1/namespaces/payments/services?limit=1`, {
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(longestMs),
    });
    await body.dump();
    if (statusCode === 200) return 'yes';
    return statusCode === 401 || statusCode === 403 ? 'no' : 'silent';
  }

  async function keepLooking(): Promise<void> {
    while (!stopped) {
      const asked = Date.now();
      const answer = await look().catch((): Answer => 'silent');
      const last = changes.at(-1);
      // What was refused was refused by the time of the answer; what was allowed was so when it was asked at least.
      const at = answer === 'yes' ? asked : Date.now();
      if (last?.answer === answer) last.to = at;
      else changes.push({ answer, from: at, to: at });
      await sleep(everyMs);
    }
  }

  const done = keepLooking();
  return {
    changes,
    async stop() {
      stopped = true;
      await done;
      await agent.destroy();
    },
  };
}

/** When access was last seen; undefined for one who never had any. */
export const lastAllowed = ({ changes }: Watch): number | undefined =>
  changes.findLast(({ answer }) => answer === 'yes')?.to;

/** When the API server first refused for good; undefined while it allows or does not answer. */
export function refusedFrom({ changes }: Watch): number | undefined {
  const lastYes = changes.findLastIndex(({ answer }) => answer === 'yes');
  return changes.slice(lastYes + 1).find(({ answer }) => answer === 'no')?.from;
}
