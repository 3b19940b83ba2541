/** Follows a request until it has come to something, telling what happens on the way. */
import { isFinal } from '#domain/lifecycle.ts';
import { opensAt } from '#domain/start.ts';
import type { RequestView } from '#http/request-view.ts';
import type { Session } from '../session.ts';
import { noAccess } from './no-access.ts';
import { poll } from './poll.ts';
import { Story } from './story.ts';

/** Before a start this much longer than a poll, nothing moves that would have to be seen at once. */
const calmMs = 10_000;

/** How often to read: eagerly while somebody is likely at it or things move, calmly after that and before a start. */
function pauseFor(request: RequestView): number {
  const { startsAt, extends: extended } = request.asked;
  if (request.status === 'scheduled' && startsAt !== undefined) {
    const opens = opensAt({ startsAt, ...(extended === undefined ? {} : { extends: extended }) });
    return Math.min(calmMs, Math.max(500, Date.parse(opens ?? startsAt) - Date.now()));
  }
  if (request.status !== 'pending') return 500;
  const age = Date.now() - Date.parse(request.createdAt);
  return age < 120_000 ? 1000 : age < 900_000 ? 3000 : 10_000;
}

/** The request as it is once `enough` or over. An aborted signal rejects with its reason, the request staying as it is. */
export async function follow(
  session: Session,
  first: RequestView,
  enough: (request: RequestView) => boolean,
  signal: AbortSignal,
): Promise<RequestView> {
  const { terminal } = session;
  const story = new Story(session, first);
  story.tell(first);
  const request = await poll({
    api: session.api(),
    terminal,
    id: first.id,
    signal,
    seen(now) {
      story.tell(now);
      return enough(now) || now.status === 'revoking' || isFinal(now.status);
    },
    pause: pauseFor,
    tick: (now) => terminal.live(story.waitingLine(now)),
  });
  terminal.live('');
  return request;
}

/** A request that was approved: `scheduled` until its start, `active` where that has come. Throws NoAccess when it is a no. */
export async function waitForAnswer(
  session: Session,
  first: RequestView,
  signal: AbortSignal,
): Promise<RequestView> {
  const answered = ({ status }: RequestView) => status === 'scheduled' || status === 'active';
  const request = await follow(session, first, answered, signal);
  if (answered(request)) return request;
  throw noAccess(request);
}
