/** When a request with a start of its own begins and ends, and what it goes on from. */
import { formatDuration } from '#domain/duration.ts';
import { type Instant, msBetween } from '#domain/instant.ts';
import { endsAt } from '#domain/start.ts';
import type { RequestView } from '#http/request-view.ts';
import { localTime, roughly, when } from '../terminal/times.ts';

export interface Span {
  from: Instant;
  to: Instant;
}

/** Undefined where access is to start as soon as it is approved. */
export function spanOf({ asked }: Pick<RequestView, 'asked'>): Span | undefined {
  const { startsAt, durationSeconds } = asked;
  return startsAt === undefined
    ? undefined
    : { from: startsAt, to: endsAt({ startsAt, durationSeconds }, startsAt) };
}

/** `from 14:30:00 (in 2h) until 15:00:00 (in 2h30m)`. */
export function spanInWords({ from, to }: Span, now: Date = new Date()): string {
  return `from ${when(from, now)} until ${when(to, now)}`;
}

/** How long, and from when where that was asked for: `30m`, `30m from 14:30:00`, `30m more from 14:30:00`. */
export function howLong(request: Pick<RequestView, 'asked'>, now: Date = new Date()): string {
  const length = formatDuration(request.asked.durationSeconds);
  const span = spanOf(request);
  if (!span) return length;
  return `${length}${request.asked.extends ? ' more' : ''} from ${localTime(span.from, now)}`;
}

/** Of an extension, from the first start of its line to its end: `1h30m in all, since 13:00:00`. */
export function inAll(
  request: Pick<RequestView, 'asked' | 'firstStart'>,
  now: Date = new Date(),
): string | undefined {
  const span = spanOf(request);
  if (!span || !request.firstStart) return undefined;
  return `${roughly(msBetween(request.firstStart, span.to))} in all, since ${localTime(request.firstStart, now)}`;
}
