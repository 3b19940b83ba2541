/** The audit events of a request as a timeline. */
import type { EventView } from '#http/request-view.ts';
import { safeText } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { localTime, roughly, zoneName } from '../terminal/times.ts';

/** One line per event: when, how long after the one before, what, by whom, and why where that is said. */
export function timeline(events: readonly EventView[], now: Date = new Date()): string[] {
  const rows = events.map((event, i) => {
    const before = events[i - 1];
    const gap = before ? Date.parse(event.at) - Date.parse(before.at) : 0;
    const { reason } = event.facts;
    return [
      `${localTime(event.at, now)}.${event.at.slice(20, 23)}`,
      before ? `+${gap < 10_000 ? `${(gap / 1000).toFixed(1)}s` : roughly(gap)}` : '',
      event.type,
      event.status,
      event.actor,
      typeof reason === 'string' ? reason : '',
    ];
  });
  return [
    `Timeline (${safeText(zoneName(now))})`,
    ...table(['AT', 'AFTER', 'WHAT', 'STATUS', 'BY', 'WHY'], rows),
  ];
}
