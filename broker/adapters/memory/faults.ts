/** Faults on purpose: one hook around every method of every port, for tests that break one call and for simulators. */
import { Unavailable } from '#domain/errors.ts';

/** Fails before doing, fails after having done (the answer is lost), or is done twice (delivered again). */
export type FaultMode = 'before' | 'after' | 'twice';

export interface Fault {
  mode: FaultMode;
  error: Error;
}

/** `entries.create`: a port and its method. Methods of a cluster session count under `cluster`. */
export interface Call {
  point: string;
  args: readonly unknown[];
}

/** Decides on each call; may wait before it does, save for the ports that answer at once (clock.now, ids, metrics ...). */
export interface Interference {
  pause?(call: Call): Promise<void>;
  fault(call: Call): Fault | undefined;
}

interface Planned extends Fault {
  point: string;
  /** Calls still to let through; 'every' fails all of them. */
  left: number | 'every';
}

export class Faults implements Interference {
  #planned: Planned[] = [];
  /** Points of all calls so far, in order. */
  readonly calls: string[] = [];
  /** Faults that did happen: check it, so that a test can't pass because nothing was broken. */
  readonly happened: { point: string; mode: FaultMode }[] = [];

  /** Breaks the `nth` call from now on (1 = the next) at `point`, or 'every' one until `clear`. */
  at(point: string, nth: number | 'every' = 1, mode: FaultMode = 'before', error?: Error): void {
    const fallback = new Unavailable(`${point} failed on purpose (${mode}).`);
    this.#planned.push({ point, mode, error: error ?? fallback, left: nth });
  }

  clear(): void {
    this.#planned = [];
  }

  fault({ point }: Call): Fault | undefined {
    this.calls.push(point);
    let due: Planned | undefined;
    for (const planned of this.#planned) {
      if (planned.point !== point) continue;
      if (planned.left !== 'every') planned.left -= 1;
      if (planned.left === 'every' || planned.left === 0) due ??= planned;
    }
    this.#planned = this.#planned.filter(({ left }) => left !== 0);
    if (due) this.happened.push({ point, mode: due.mode });
    return due;
  }
}

/** Methods that answer at once and so can't be paused. */
const immediate = new Set([
  ...['now', 'requestId', 'secret', 'verify', 'count', 'milliseconds', 'credentialOf'],
  ...['reviewMail', 'claimMail', 'noticeMail', 'afterReviewMail'],
]);

/** `port` with every method call going through `interference`; what `connect` hands out is wrapped alike. */
export function interfered<T extends object>(name: string, port: T, interference: Interference): T {
  return new Proxy(port, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function' || typeof property !== 'string') return value;
      return (...args: unknown[]) => {
        const perform = (): unknown => value.apply(target, args);
        const call = { point: `${name}.${property}`, args };
        return immediate.has(property)
          ? performNow(perform, interference.fault(call))
          : performLater(name, perform, call, interference);
      };
    },
  });
}

function performNow(perform: () => unknown, fault: Fault | undefined): unknown {
  if (fault?.mode === 'before') throw fault.error;
  const result = perform();
  if (fault?.mode === 'after') throw fault.error;
  return fault?.mode === 'twice' ? perform() : result;
}

async function performLater(
  name: string,
  perform: () => unknown,
  call: Call,
  interference: Interference,
): Promise<unknown> {
  await interference.pause?.(call);
  const fault = interference.fault(call);
  if (fault?.mode === 'before') throw fault.error;
  const first = await perform();
  if (fault?.mode === 'after') throw fault.error;
  const result = fault?.mode === 'twice' ? await perform() : first;
  const isSession = call.point.endsWith('.connect') && typeof result === 'object' && result !== null;
  return isSession ? interfered(name, result, interference) : result;
}
