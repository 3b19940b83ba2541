/** Virtual time: calls in the order of their instants, by chance where these are the same; nothing real passes. */
import type { Chance } from './chance.ts';

interface Entry {
  at: number;
  order: number;
  call: (() => void) | undefined;
}

const earlier = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);

export class Scheduler {
  #now: number;
  readonly #chance: Chance;
  /** A binary heap. */
  readonly #queue: Entry[] = [];
  #steps = 0;

  constructor(now: number, chance: Chance) {
    this.#now = now;
    this.#chance = chance;
  }

  get now(): number {
    return this.#now;
  }
  /** Calls so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Calls at an instant in milliseconds, now if that is past. What it returns takes that back. */
  at(ms: number, call: () => void): () => void {
    const entry: Entry = { at: Math.max(ms, this.#now), order: this.#chance.whole(0, 0x7fffffff), call };
    this.#push(entry);
    return () => {
      entry.call = undefined;
    };
  }

  in(ms: number, call: () => void): () => void {
    return this.at(this.#now + ms, call);
  }

  /**
   * Runs until `done`, or an instant. After each call everything that can go on goes on first, then `look` is asked:
   * microtasks run out before the next tick.
   */
  run(until: number, look: () => 'go on' | 'done'): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = () => {
        try {
          if (look() === 'done') return resolve();
          const next = this.#pop();
          if (!next || next.at > until) {
            if (next) this.#push(next);
            this.#now = until;
            return resolve();
          }
          this.#now = next.at;
          this.#steps += 1;
          next.call?.();
          queueMicrotask(() => process.nextTick(step));
        } catch (error) {
          reject(error as Error);
        }
      };
      queueMicrotask(() => process.nextTick(step));
    });
  }

  #push(entry: Entry): void {
    const queue = this.#queue;
    let i = queue.length;
    queue.push(entry);
    while (i > 0) {
      const above = (i - 1) >> 1;
      const parent = queue[above];
      if (!parent || !earlier(entry, parent)) break;
      queue[i] = parent;
      i = above;
    }
    queue[i] = entry;
  }

  /** The next that was not taken back. */
  #pop(): Entry | undefined {
    for (;;) {
      const top = this.#popAny();
      if (!top || top.call) return top;
    }
  }

  #popAny(): Entry | undefined {
    const queue = this.#queue;
    const top = queue[0];
    const last = queue.pop();
    if (!top || !last || queue.length === 0) return top;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const a = queue[left];
      const b = queue[left + 1];
      const child = b && a && earlier(b, a) ? left + 1 : left;
      const least = queue[child];
      if (!least || !earlier(least, last)) break;
      queue[i] = least;
      i = child;
    }
    queue[i] = last;
    return top;
  }
}
