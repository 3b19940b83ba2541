/** Which retrier meets an error and how long it waits; attempts are counted per retrier, as Step Functions does. */
import type { Catcher, Retrier } from './definition.ts';

/** What States.ALL does not stand for. */
const uncatchable = new Set(['States.Runtime', 'States.DataLimitExceeded']);

export function meets({ ErrorEquals }: { ErrorEquals: string[] }, error: string): boolean {
  return ErrorEquals.some((name) => name === error || (name === 'States.ALL' && !uncatchable.has(error)));
}

export function catcherOf(catchers: readonly Catcher[], error: string): number {
  return catchers.findIndex((catcher) => meets(catcher, error));
}

/** The retries of one visit to one state. */
export class Retries {
  readonly #retriers: readonly Retrier[];
  readonly #attempts = new Map<Retrier, number>();
  constructor(retriers: readonly Retrier[] = []) {
    this.#retriers = retriers;
  }

  /** Of all retriers together: `$states.context.State.RetryCount`. */
  get count(): number {
    return [...this.#attempts.values()].reduce((sum, attempts) => sum + attempts, 0);
  }

  /** Milliseconds until the next attempt; undefined when the first retrier that names the error has had its attempts. */
  after(error: string): number | undefined {
    const retrier = this.#retriers.find((each) => meets(each, error));
    if (!retrier) return undefined;
    const attempts = this.#attempts.get(retrier) ?? 0;
    if (attempts >= retrier.MaxAttempts) return undefined;
    this.#attempts.set(retrier, attempts + 1);
    const seconds = retrier.IntervalSeconds * retrier.BackoffRate ** attempts;
    return 1000 * Math.min(seconds, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  }
}
