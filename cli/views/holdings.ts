/** What else somebody who asks has, or asks for, in words. */
import type { Holding } from '#http/request-view.ts';
import { relative } from '../terminal/times.ts';
import { what } from './words.ts';

/** One line each; says so where there is nothing. */
export function holdingsInWords(holds: readonly Holding[], now: Date = new Date()): string[] {
  if (holds.length === 0) return ['nothing'];
  return holds.map(({ status, expiresAt, ...asked }) => {
    const live = status === 'active' && expiresAt !== undefined;
    return `${what({ asked })} (${live ? `ends ${relative(expiresAt, now)}` : status})`;
  });
}
