/** While a command runs: says once, before a long access ends, how it can go on; and when it has ended, or goes on. */
import type { RequestView } from '#http/request-view.ts';
import { extensionsOf } from '../my-grants.ts';
import type { Session } from '../session.ts';
import { localTime, when } from '../terminal/times.ts';

/** How long before the end it is said. */
const hintMs = 5 * 60_000;
/** Shorter access was meant to be short. */
const longMs = 3 * hintMs;
/** The longest that timers can do. */
const longestTimerMs = 2 ** 31 - 1;

/** Watches until the returned function is called. */
export function watchEnd(session: Session, request: RequestView): () => void {
  const { terminal } = session;
  let timers: NodeJS.Timeout[] = [];
  let stopped = false;

  const at = (ms: number, say: () => Promise<void>) => {
    const left = ms - Date.now();
    // Too far for a timer is too far for a command, too.
    if (left <= longestTimerMs) timers.push(setTimeout(() => void say(), Math.max(0, left)));
  };
  /** What there is of extensions; nothing where that can't be learnt right now. */
  const extensions = () => extensionsOf(session, request.id).catch(() => []);

  const watch = (current: RequestView) => {
    const { openedAt, expiresAt } = current.grant ?? {};
    if (!openedAt || !expiresAt) return;
    const end = Date.parse(expiresAt);
    if (end - Date.parse(openedAt) >= longMs && end - hintMs > Date.now()) {
      at(end - hintMs, async () => {
        if ((await extensions()).length > 0 || stopped) return;
        terminal.progress(
          `The access ends at ${when(expiresAt)}. In another terminal it can be extended: curfew extend ${request.id}`,
        );
      });
    }
    at(end, async () => {
      const next = (await extensions()).findLast(({ status }) => status === 'active');
      if (stopped) return;
      timers = [];
      if (!next?.grant || Date.parse(next.grant.expiresAt) <= end) {
        terminal.progress(`The access ended at ${localTime(expiresAt)}; the command still runs.`);
        return;
      }
      terminal.progress(`The access goes on until ${when(next.grant.expiresAt)}.`);
      watch(next);
    });
  };
  watch(request);
  return () => {
    stopped = true;
    for (const timer of timers) clearTimeout(timer);
  };
}
