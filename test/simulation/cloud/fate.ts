/** What becomes of one call: faults that a history asks for, by the number of the call, by place or by rate. */
import type { Chance } from './chance.ts';

/**
 * before: refused, nothing done. throttled: as before, for too many calls. after: done, the answer is lost. twice: done
 * again by a repeat. late: the client gives up, done later. slow: done late, answered. crash: the function ends there, the
 * call done or not. freeze: the function stands still until its time-out ends it.
 */
export const fates = [
  'before',
  'throttled',
  'after',
  'twice',
  'late',
  'slow',
  'crash-before',
  'crash-after',
  'freeze-before',
  'freeze-after',
] as const;
export type Fate = (typeof fates)[number];

/** The nth call of all calls of a history, which runs the same each time. */
export interface Strike {
  call: number;
  fate: Fate;
}

/** Everything that begins with one of `points` fails for a while. */
export interface Outage {
  fromSecond: number;
  seconds: number;
  points: string[];
  fate: Fate;
}

/** Any call may fail for a while. */
export interface Storm {
  fromSecond: number;
  seconds: number;
  perMille: number;
}

export interface Weather {
  strikes: Strike[];
  outages: Outage[];
  storms: Storm[];
  /** Most that two clocks differ. */
  skewMs: number;
  /** How far EKS and the indexes may be behind. */
  staleMs: number;
  /** Whether EKS may go on showing, as long, an access entry that was deleted or replaced. */
  ghosts?: boolean;
  /** Longest until an API server goes by a RoleBinding that was written or deleted. */
  rbacMs?: number;
}

export const calm: Weather = { strikes: [], outages: [], storms: [], skewMs: 0, staleMs: 0 };

export interface Called {
  call: number;
  point: string;
  by: string;
  fate: Fate | undefined;
}

export class Fates {
  readonly #strikes: ReadonlyMap<number, Fate>;
  readonly #weather: Weather;
  readonly #chance: Chance;
  #calls = 0;
  #lastFault = Number.NEGATIVE_INFINITY;
  #lasting = 0;
  happened = 0;
  /** Told of each call, by its number, and of what becomes of it. */
  onCall: (call: Called) => void = () => {};

  constructor(weather: Weather, chance: Chance) {
    this.#weather = weather;
    this.#chance = chance;
    this.#strikes = new Map(weather.strikes.map(({ call, fate }) => [call, fate]));
  }

  get calls(): number {
    return this.#calls;
  }

  /** Undefined: it works as it should. `by`: the function that calls. */
  of(point: string, second: number, by: string): Fate | undefined {
    this.#calls += 1;
    const fate = this.#strikes.get(this.#calls) ?? this.#outage(point, second) ?? this.#storm(second);
    if (fate !== undefined) this.note(second);
    this.onCall({ call: this.#calls, point, by, fate });
    return fate;
  }

  /** A fault that was over at once. */
  note(second: number): void {
    this.happened += 1;
    this.#lastFault = Math.max(this.#lastFault, second);
  }

  /** A fault that lasts until what this returns is called. */
  begin(second: number): (second: number) => void {
    this.note(second);
    this.#lasting += 1;
    return (end) => {
      this.#lasting -= 1;
      this.note(end);
    };
  }

  /** Second at which the last fault was over: now while one lasts, -Infinity when there was none. */
  lastFault(now: number): number {
    return this.#lasting > 0 ? now : this.#lastFault;
  }

  #outage(point: string, second: number): Fate | undefined {
    return this.#weather.outages.find(
      ({ fromSecond, seconds, points }) =>
        second >= fromSecond &&
        second < fromSecond + seconds &&
        points.some((prefix) => point.startsWith(prefix)),
    )?.fate;
  }

  #storm(second: number): Fate | undefined {
    for (const { fromSecond, seconds, perMille } of this.#weather.storms) {
      if (second < fromSecond || second >= fromSecond + seconds || !this.#chance.perMille(perMille)) continue;
      return fates[this.#chance.whole(0, fates.length - 1)];
    }
    return undefined;
  }
}
