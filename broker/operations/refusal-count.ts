/** Counts refused deliveries without a line for each: the first of a minute is told at once, then each doubling of their number. */
import { minuteOf } from '#domain/cluster-sweep.ts';
import type { Instant } from '#domain/instant.ts';

/** Sources that nobody listed count as one. */
export const unknownSource = 'unknown';

interface Counted {
  minute: number;
  seen: number;
  told: number;
}

export class RefusalCount {
  readonly #bySource = new Map<string, Counted>();

  /** How many are to be told now, those left over from earlier minutes included; 0 for none. */
  add(source: string, now: Instant): number {
    const minute = minuteOf(now);
    const before = this.#bySource.get(source);
    const untold = before ? before.seen - before.told : 0;
    const counted =
      before?.minute === minute
        ? { minute, seen: before.seen + 1, told: before.told }
        : { minute, seen: untold + 1, told: 0 };
    const isTold = before?.minute !== minute || Number.isInteger(Math.log2(counted.seen));
    const number = isTold ? counted.seen - counted.told : 0;
    this.#bySource.set(source, { ...counted, told: counted.told + number });
    return number;
  }
}
