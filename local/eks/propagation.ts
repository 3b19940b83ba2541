/** When a change of an access entry is seen by the cluster's authenticator: seconds after the API has answered, as on AWS. */

export interface PropagationDelay {
  /** Milliseconds from the answer of a create or update until the cluster knows. */
  createMs: number;
  /** Milliseconds from the answer of a delete until the cluster has forgotten. */
  deleteMs: number;
}

interface Publication<T> {
  at: number;
  value: T | undefined;
}

/** The authenticator's view of things that the API changes by key. Changes arrive late, and one that arrives replaces all older ones. */
export class Propagation<T> {
  readonly delay: PropagationDelay;
  readonly #now: () => number;
  readonly #publications = new Map<string, Publication<T>[]>();

  constructor(now: () => number, delay: PropagationDelay = { createMs: 0, deleteMs: 0 }) {
    this.#now = now;
    this.delay = delay;
  }

  /** Makes `value` (undefined: gone) what is seen under `key`, once its delay has passed. */
  publish(key: string, value: T | undefined): void {
    const delayMs = value === undefined ? this.delay.deleteMs : this.delay.createMs;
    this.#publications.set(key, [...this.#arrivedAndPending(key), { at: this.#now() + delayMs, value }]);
  }

  /** Everything that has arrived. */
  *seen(): Iterable<T> {
    for (const key of this.#publications.keys()) {
      const [first] = this.#arrivedAndPending(key);
      if (first && first.at <= this.#now() && first.value !== undefined) yield first.value;
    }
  }

  /** The newest publication that has arrived, if any, followed by those that have not. */
  #arrivedAndPending(key: string): Publication<T>[] {
    const all = this.#publications.get(key) ?? [];
    const newestArrived = all.findLastIndex(({ at }) => at <= this.#now());
    const kept = newestArrived > 0 ? all.slice(newestArrived) : all;
    this.#publications.set(key, kept);
    return kept;
  }
}
