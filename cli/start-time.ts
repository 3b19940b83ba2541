/** When access is to start, as people write it: `14:30`, `+2h`, or an instant with its zone. */
import * as z from 'zod';
import { parseDuration } from '#domain/duration.ts';
import { InvalidInput } from '#domain/errors.ts';
import { type Instant, instantOf } from '#domain/instant.ts';
import { safeText } from './terminal/safe-text.ts';
import { when, zoneName } from './terminal/times.ts';

const forms = 'Write 14:30 (the next time it is that late here), +2h, or 2026-11-21T14:30:00+01:00.';
const instant = z.iso.datetime({ offset: true });

/** Throws InvalidInput for what is none of these forms, is not unambiguous, or lies in the past. */
export function parseStart(text: string, now: Date = new Date()): Instant {
  const refuse = (why: string) => new InvalidInput(`--at ${safeText(text)}: ${why}`);
  // Seconds may be left out.
  const written = text.trim().replace(/(T\d\d:\d\d)(?=$|[Z+-])/, '$1:00');
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(written);
  if (clock) return instantOf(nextClock(clock, now, refuse));
  if (written.startsWith('+')) {
    const seconds = parseDuration(written.slice(1));
    if (!seconds) throw refuse('Write how far ahead it is, such as +90s, +30m or +2h.');
    return instantOf(now.getTime() + seconds * 1000);
  }
  if (instant.safeParse(written).success) {
    const at = Date.parse(written);
    if (at <= now.getTime())
      throw refuse(
        `That was ${when(instantOf(at), now)}. Give a time ahead, or leave --at out to start at once.`,
      );
    return instantOf(at);
  }
  if (instant.safeParse(`${written}Z`).success)
    throw refuse(`Say in which zone: ${written}Z for UTC, or with an offset, such as ${written}+01:00.`);
  throw refuse(forms);
}

/** The next time that the clock of this machine's zone shows it. */
function nextClock(
  [, hour, minute, second = '0']: RegExpExecArray,
  now: Date,
  refuse: (why: string) => Error,
): number {
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (h > 23 || m > 59 || s > 59) throw refuse(`There is no such time of day. ${forms}`);
  const day = (ahead: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead, h, m, s);
  const next = day(0) > now ? day(0) : day(1);
  // Where clocks are set forward an hour is left out, and JavaScript takes another one.
  if (next.getHours() !== h || next.getMinutes() !== m)
    throw refuse(`Clocks here (${zoneName(next)}) leave that time out on the next day. Give an instant.`);
  return next.getTime();
}

/** A start said back, with the zone in which it is said: `14:30:00 (in 2h; Europe/Berlin, UTC+01:00)`. */
export function startInZone(start: Instant, now: Date = new Date()): string {
  return when(start, now).replace(/\)$/, `; ${safeText(zoneName(new Date(start)))})`);
}
