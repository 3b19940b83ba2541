/** Waits until a grant is proven gone, or says honestly that it could not be confirmed. */
import { isFinal } from '#domain/lifecycle.ts';
import type { RequestView } from '#http/request-view.ts';
import type { Session } from '../session.ts';
import { poll } from './poll.ts';

export interface Ending {
  request: RequestView;
  /** Whether it is final: nothing of it stands on the cluster. */
  confirmed: boolean;
}

export async function waitForEnd(
  session: Session,
  id: string,
  options: { withinMs: number; signal: AbortSignal },
): Promise<Ending> {
  const { terminal } = session;
  const until = Date.now() + options.withinMs;
  const request = await poll({
    api: session.api(),
    terminal,
    id,
    until,
    signal: options.signal,
    seen: (now) => isFinal(now.status),
    pause: () => 500,
    tick: (now) => terminal.live(now.status === 'revoking' ? 'Taking the access away…' : 'Ending…'),
  });
  terminal.live('');
  return { request, confirmed: isFinal(request.status) };
}
