/** Reads a request again and again until it is what one waits for; short failures on the way are waited out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '#domain/errors.ts';
import type { RequestView } from '#http/request-view.ts';
import type { Api } from '../api/client.ts';
import type { Terminal } from '../terminal/terminal.ts';

export interface Poll {
  api: Api;
  terminal: Terminal;
  id: string;
  /** Called for each state read; true ends the wait. */
  seen(request: RequestView): boolean;
  /** Between two readings: ms from now. */
  pause(request: RequestView): number;
  /** Called about each second in between, for the line that counts. */
  tick?(request: RequestView): void;
  /** Give up at this time (epoch ms) and return what was read last. */
  until?: number;
  signal: AbortSignal;
}

/** How long an API that doesn't answer is waited for. */
const patienceMs = 5 * 60_000;

export async function poll(options: Poll): Promise<RequestView> {
  const { api, terminal, id, signal, until = Number.POSITIVE_INFINITY } = options;
  let failingSince: number | undefined;
  let last: RequestView | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      ({ request: last } = await api.show(id, signal));
      if (failingSince !== undefined) terminal.progress("Curfew's API answers again.");
      failingSince = undefined;
      if (options.seen(last) || Date.now() >= until) return last;
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      if (failingSince === undefined) {
        failingSince = Date.now();
        terminal.progress(`${(error as Error).message}\nStill trying; the request is safe with Curfew.`);
      }
      if (Date.now() - failingSince > patienceMs || Date.now() >= until) throw error;
    }
    const pauseUntil = Math.min(
      Date.now() + (last && failingSince === undefined ? options.pause(last) : 2000),
      until,
    );
    while (Date.now() < pauseUntil) {
      if (last) options.tick?.(last);
      await sleep(Math.min(1000, Math.max(1, pauseUntil - Date.now())), undefined, { signal });
    }
  }
}

/** Faults that may pass by themselves: the service side, not what was asked. */
function isPassing(error: unknown): boolean {
  if (error instanceof Unavailable) return true;
  const { status } = error as { status?: number };
  return status !== undefined && (status >= 500 || status === 429);
}
