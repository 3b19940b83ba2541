/** What happens, in plain words with its time: told only when somebody will read it. */
import type { Scheduler } from './scheduler.ts';

export type Tell = (words: () => string) => void;

export class Story {
  readonly #scheduler: Pick<Scheduler, 'now'>;
  readonly #lines: string[] = [];
  readonly tell: Tell;

  constructor(scheduler: Pick<Scheduler, 'now'>, told: boolean) {
    this.#scheduler = scheduler;
    this.tell = told ? (words) => this.#write(words()) : () => {};
  }

  #write(words: string): void {
    const time = new Date(this.#scheduler.now).toISOString().slice(11, 23);
    this.#lines.push(`${time} ${words}`);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}
