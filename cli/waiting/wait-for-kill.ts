/** Waits until a kill order is proven done, telling what each pass found, ended and left. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable, WrongStatus } from '#domain/errors.ts';
import type { KillView } from '#http/kill-view.ts';
import type { Session } from '../session.ts';
import { roughly } from '../terminal/times.ts';
import { clusterLines, passWords } from '../views/kill.ts';

const lookEveryMs = 1_000;
/** Done takes half a minute where all goes well; longer than this, a person should hear what is in the way. */
const patienceMs = 5 * 60_000;

/** Throws Unavailable when it is not proven in time; passes go on all the same. */
export async function waitForKill(
  { api, terminal }: Session,
  first: KillView,
  signal: AbortSignal,
): Promise<KillView> {
  const begun = Date.now();
  let told = '';
  let last = first;
  let failing: unknown;
  for (;;) {
    if (last.status === 'killed') return last;
    if (last.lifted)
      throw new WrongStatus(`Kill order ${last.id} was lifted by ${last.lifted.by} before it was done.`);
    const pass = last.passes.at(-1);
    if (pass) {
      const lines = [passWords(pass), ...clusterLines(pass)].join('\n');
      if (lines !== told) terminal.progress(lines);
      told = lines;
      terminal.live(
        `Making sure that nothing is left… ${roughly(Date.now() - begun)} (Ctrl-C stops waiting, not the kill)`,
      );
    }
    if (Date.now() - begun > patienceMs) {
      terminal.live('');
      throw new Unavailable(
        `Not proven yet that nothing is left of kill order ${last.id}. It is tried on; look with \`curfew kill show ${last.id} --wait\`.`,
        { cause: failing, details: { killId: last.id } },
      );
    }
    await sleep(lookEveryMs, undefined, { signal });
    try {
      last = await api().showKill(first.id, signal);
      failing = undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Unavailable)) throw error;
      failing = error;
      terminal.live('The API does not answer; the kill goes on by itself. Still trying…');
    }
  }
}
