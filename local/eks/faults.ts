/** Faults on demand: what the stand-in is told to do wrong, for how often, before or after it has done what it was asked. */
import * as z from 'zod';
import { EksError, eksErrorNames } from './errors.ts';

export const faultForm = z.strictObject({
  /** Such as `CreateAccessEntry`; `*` for all. */
  operation: z.string().min(1),
  /**
   * `error` answers with `error`; `hang` answers nothing until `ms` have passed, then hangs up; `delay` waits `ms`, then
   * goes on; `duplicate` does it twice and gives the second answer, as when a network repeats a request.
   */
  kind: z.enum(['error', 'hang', 'delay', 'duplicate']),
  /** For `error` and `hang`: has it been done (`after`) or not (`before`)? */
  when: z.enum(['before', 'after']).default('before'),
  error: z.enum(eksErrorNames).default('ServerException'),
  ms: z.number().int().positive().max(600_000).default(30_000),
  /** How many calls it hits. The SDK repeats a call that failed, up to three attempts by default. */
  times: z.number().int().positive().default(1),
});

export type Fault = z.output<typeof faultForm>;
export type FaultOrder = z.input<typeof faultForm>;

export interface Throttle {
  perSecond: number;
  burst: number;
}

/** The faults that are still to come. */
export class Faults {
  #waiting: Fault[] = [];
  #throttle: (Throttle & { tokens: number; at: number }) | undefined;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(order: FaultOrder): void {
    this.#waiting.push(faultForm.parse(order));
  }

  /** Limits all calls together, as an account's rate does; undefined lifts it. */
  throttle(limit: Throttle | undefined): void {
    this.#throttle = limit && { ...limit, tokens: limit.burst, at: this.#now() };
  }

  clear(): void {
    this.#waiting = [];
    this.#throttle = undefined;
  }

  waiting(): readonly Fault[] {
    return this.#waiting;
  }

  /** The fault that hits this call, if one does. */
  take(operation: string): Fault | undefined {
    const index = this.#waiting.findIndex(
      (fault) => fault.operation === operation || fault.operation === '*',
    );
    const fault = this.#waiting[index];
    if (!fault) return undefined;
    this.#waiting = this.#waiting.toSpliced(
      index,
      1,
      ...(fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []),
    );
    return fault;
  }

  /** Throws ThrottlingException when the rate is used up. */
  spend(): void {
    const limit = this.#throttle;
    if (!limit) return;
    const now = this.#now();
    limit.tokens = Math.min(limit.burst, limit.tokens + ((now - limit.at) / 1000) * limit.perSecond);
    limit.at = now;
    if (limit.tokens < 1) throw new EksError('ThrottlingException', 'Rate exceeded');
    limit.tokens -= 1;
  }
}
