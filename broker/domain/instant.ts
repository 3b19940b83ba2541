/** Points in time: ISO 8601 UTC with milliseconds (`2026-11-21T08:00:00.000Z`), so that text order is time order. */
import * as z from 'zod';

export const instantSchema = z.iso.datetime({ precision: 3 });
export type Instant = string;

export function instantOf(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

/** The instant `ms` milliseconds after (or, negative, before) another. */
export function after(instant: Instant, ms: number): Instant {
  return instantOf(Date.parse(instant) + ms);
}

/** Milliseconds from one instant to another; negative when `to` is earlier. */
export function msBetween(from: Instant, to: Instant): number {
  return Date.parse(to) - Date.parse(from);
}

export function earliest(...instants: [Instant, ...Instant[]]): Instant {
  return instants.reduce((a, b) => (a < b ? a : b));
}
