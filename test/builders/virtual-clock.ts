/** A clock on which many can sleep at the same time: it jumps to the next waking whenever nobody has anything left to do. */
import { setImmediate as turn } from 'node:timers/promises';
import { type Instant, instantOf } from '#domain/instant.ts';
import type { Clock } from '#ports';

export class VirtualClock implements Clock {
  #now: number;
  #sleepers: { at: number; wake: () => void }[] = [];

  constructor(now: Instant) {
    this.#now = Date.parse(now);
  }

  now(): Instant {
    return instantOf(this.#now);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ at: this.#now + Math.max(0, ms), wake });
    });
  }

  /** Lets time pass until the work is done. */
  async until<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    for (;;) {
      await turn();
      if (over) return work;
      const next = Math.min(...this.#sleepers.map(({ at }) => at));
      if (!Number.isFinite(next)) continue;
      this.#now = next;
      const awake = this.#sleepers.filter(({ at }) => at === next);
      this.#sleepers = this.#sleepers.filter(({ at }) => at !== next);
      for (const { wake } of awake) wake();
    }
  }
}
