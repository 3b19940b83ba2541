/** Virtual clock: time passes only when somebody sleeps or a test moves it. */
import { after, type Instant, msBetween } from '#domain/instant.ts';
import type { Clock } from '#ports';

export class MemoryClock implements Clock {
  #now: Instant;
  constructor(now: Instant) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.advance(Math.max(0, ms));
  }

  /** Moves on by `ms` milliseconds. */
  advance(ms: number): void {
    if (ms < 0) throw new Error(`Time does not run backwards (${ms} ms).`);
    this.#now = after(this.#now, ms);
  }

  /** Moves on to an instant; stays where it is when that is past. */
  advanceTo(instant: Instant): void {
    this.advance(Math.max(0, msBetween(this.#now, instant)));
  }
}
