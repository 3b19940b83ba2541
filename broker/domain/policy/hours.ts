/** Hours of a week in a time zone: when something is open, and until when. */
import { after, type Instant } from '../instant.ts';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

export interface Hours {
  /** IANA name, such as Europe/Berlin. */
  timeZone: string;
  days: Weekday[];
  /** `08:00`; with `to` at or before it the hours go on past midnight. */
  from: string;
  /** `18:00`, `24:00`; the first minute outside. */
  to: string;
}

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

const formats = new Map<string, Intl.DateTimeFormat>();

/** Weekday and minute of the day on the clock of a time zone. */
function clockAt(timeZone: string, at: Instant): { day: number; minute: number } {
  let format = formats.get(timeZone);
  if (!format) {
    const options = {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    } as const;
    format = new Intl.DateTimeFormat('en-GB', options);
    formats.set(timeZone, format);
  }
  const part = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  const day = weekdays.indexOf(part.weekday?.toLowerCase() as Weekday);
  return { day, minute: Number(part.hour) * 60 + Number(part.minute) };
}

function isOpen({ timeZone, days, from, to }: Hours, at: Instant): boolean {
  const { day, minute } = clockAt(timeZone, at);
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const on = (index: number) => days.includes(weekdays[(index + 7) % 7] ?? 'mon');
  if (begin < end) return on(day) && minute >= begin && minute < end;
  // Past midnight they belong to the day on which they began.
  return (on(day) && minute >= begin) || (on(day - 1) && minute < end);
}

/** The instant at which it closes, up to a day ahead; undefined where it is closed at `at`. Changes of the clock count. */
export function openUntil(hours: Hours, at: Instant): Instant | undefined {
  if (!isOpen(hours, at)) return undefined;
  const wholeMinute = after(at, -(Date.parse(at) % minuteMs));
  // Minute by minute is plain and right across every change of the clock; the first closed one ends it.
  for (let minute = 1; minute <= dayMinutes; minute++) {
    const then = after(wholeMinute, minute * minuteMs);
    if (!isOpen(hours, then)) return then;
  }
  return after(wholeMinute, dayMinutes * minuteMs);
}

export function hoursInWords({ timeZone, days, from, to }: Hours): string {
  return `${days.join(', ')} from ${from} to ${to} (${timeZone})`;
}
