/** Lengths and points of time as one says them to a reviewer: always with the zone, since a server knows no reader's. */
import { type Instant, msBetween } from '#domain/instant.ts';

const units = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** 5400 -> `1 hour 30 minutes`. */
export function durationInWords(totalSeconds: number): string {
  let left = Math.max(0, Math.round(totalSeconds));
  const parts = units.flatMap(([unit, size]) => {
    const n = Math.floor(left / size);
    left -= n * size;
    return n === 0 ? [] : [`${n} ${unit}${n === 1 ? '' : 's'}`];
  });
  return parts.join(' ') || '0 seconds';
}

const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
const minute = { hour: '2-digit', minute: '2-digit' } as const;
const utc = (parts: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...parts });
const days = utc(day);
const minutes = utc(minute);
const seconds = utc({ ...minute, second: '2-digit' });

const dayOf = (instant: Instant) => days.format(new Date(instant)).replace(',', '');

/** `Sat 21 Nov 2026, 15:37 UTC`. */
export function instantInWords(instant: Instant): string {
  return `${dayOf(instant)}, ${minutes.format(new Date(instant))} UTC`;
}

/** Below this, minutes alone would hide how long it is. */
const shortMs = 5 * 60_000;

/** `from Sat 21 Nov 2026, 15:00 UTC until 15:30 UTC`; with the day again where it is another, with seconds where it is short. */
export function spanInWords(from: Instant, to: Instant): string {
  const clock = msBetween(from, to) < shortMs ? seconds : minutes;
  const said = (instant: Instant) => `${clock.format(new Date(instant))} UTC`;
  const end = dayOf(to) === dayOf(from) ? '' : `${dayOf(to)}, `;
  return `from ${dayOf(from)}, ${said(from)} until ${end}${said(to)}`;
}

/** `in 3 hours 58 minutes`, rounded to minutes above one; `now` when past. */
export function untilInWords(now: Instant, instant: Instant): string {
  const left = Math.floor(msBetween(now, instant) / 1000);
  if (left <= 0) return 'now';
  return `in ${durationInWords(left < 60 ? left : left - (left % 60))}`;
}
