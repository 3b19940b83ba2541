/** Instants as people read them: their own zone, with how far away it is. */
import { formatDuration } from '#domain/duration.ts';
import type { Instant } from '#domain/instant.ts';

const two = (n: number) => String(n).padStart(2, '0');

function clockOf(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `12:34:56` when it is today, else `22 Nov 12:34:56`, and with the year when that differs. */
export function localTime(instant: Instant, now: Date = new Date()): string {
  const date = new Date(instant);
  if (date.toDateString() === now.toDateString()) return clockOf(date);
  const month = date.toLocaleString('en', { month: 'short' });
  const year = date.getFullYear() === now.getFullYear() ? '' : ` ${date.getFullYear()}`;
  return `${date.getDate()} ${month}${year} ${clockOf(date)}`;
}

/** Length of time in two units at most, as one says it: 45s, 4m10s, 2h5m, 3d. */
export function roughly(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)}d`;
  if (seconds >= 3600) return formatDuration(seconds - (seconds % 60));
  return formatDuration(seconds);
}

/** `in 59s`, `2m ago`, `now`. */
export function relative(instant: Instant, now: Date = new Date()): string {
  const ms = Date.parse(instant) - now.getTime();
  if (Math.abs(ms) < 1000) return 'now';
  return ms > 0 ? `in ${roughly(Math.ceil(ms / 1000) * 1000)}` : `${roughly(ms)} ago`;
}

/** `12:34:56 (in 59s)`. */
export function when(instant: Instant, now: Date = new Date()): string {
  return `${localTime(instant, now)} (${relative(instant, now)})`;
}

/** The zone that localTime writes in, for headings: `Europe/Berlin, UTC+01:00`. */
export function zoneName(now: Date = new Date()): string {
  const minutes = -now.getTimezoneOffset();
  const offset = `${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === 'UTC' ? 'UTC' : `${timeZone}, UTC${minutes < 0 ? '-' : '+'}${offset}`;
}
