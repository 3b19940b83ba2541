/** One run of a function: its calls travel, meet their fates and land; once it has ended nothing of it goes on. */
import { Unavailable } from '#domain/errors.ts';
import { instantOf } from '#domain/instant.ts';
import type { World } from '#ports';
import { TaskFailure } from '../asl/host.ts';
import type { Chance } from './chance.ts';
import type { Fates } from './fate.ts';
import type { Call } from './ports.ts';
import type { Scheduler } from './scheduler.ts';
import type { Tell } from './story.ts';
import type { Twins } from './twins.ts';

export interface Surroundings {
  scheduler: Scheduler;
  chance: Chance;
  fates: Fates;
  twins: Twins;
  tell: Tell;
  /** Second of the history. */
  second(): number;
  metrics: World['metrics'];
  /** Something landed at a twin. */
  landed(point: string): void;
}

/** Longest that a client waits for an answer, and so the latest that an unanswered call lands. */
const longestCallMs = 4_000;
/** Longest that all tries of a client take until it gives up. */
const longestPatienceMs = 20_000;
/** A RoleBinding's creation may come as late as it likes: admission refuses it by then. */
const longestCreationMs = 60_000;

/** Calls that change or show what stands. */
const worthTelling =
  /^(entries\.(create|describe|delete)$|cluster\.(create|delete)|clusterLeg|ledger.(hold|move))/;

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing')
    .slice(0, 500)
    .replace(/"arn:aws:eks[^"]*(.{4})"/g, '"...$1"')
    .slice(0, 150);
}

/** One invocation. Nothing of it goes on after it ended, but calls in flight still land. */
export class Invocation {
  readonly #around: Surroundings;
  readonly #name: string;
  readonly #skew: number;
  #over = false;
  #thaw: (() => void) | undefined;
  readonly #end: (error: Error) => void;

  constructor(around: Surroundings, name: string, skew: number, end: (error: Error) => void) {
    this.#around = around;
    this.#name = name;
    this.#skew = skew;
    this.#end = end;
  }

  get over(): boolean {
    return this.#over;
  }

  /** The function is gone; whoever called it learns the error, and what was done stays done. */
  end(error: Error): void {
    if (this.#over) return;
    this.finish();
    this.#end(error);
  }

  finish(): void {
    this.#over = true;
    this.#thaw?.();
  }

  #freeze(): void {
    const { fates } = this.#around;
    const over = fates.begin(this.#around.second());
    const before = this.#thaw;
    this.#thaw = () => {
      before?.();
      over(this.#around.second());
    };
  }

  now(): string {
    return instantOf(this.#around.scheduler.now + this.#skew);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#around.scheduler.in(Math.max(0, ms), () => {
        if (!this.#over) resolve();
      });
    });
  }

  readonly call: Call = (point, land) => {
    const { scheduler, chance, fates, tell } = this.#around;
    const fate = this.#over ? undefined : fates.of(point, this.#around.second(), this.#name);
    if (fate) tell(() => `${this.#name}: ${point} ${fate}`);
    const travel = chance.whole(1, 25);
    return new Promise((resolve, reject) => {
      const answer = (act: () => void) => {
        if (!this.#over) act();
      };
      const refuse = () => answer(() => reject(new Unavailable(`${point} failed (${fate}).`)));
      const arrive = (then: (landed: Promise<never>) => void, ms = travel) =>
        scheduler.in(ms, () => {
          const { landed } = this.#around;
          const arrived = land().then(
            (value) => {
              landed(point);
              if (worthTelling.test(point)) tell(() => `${this.#name}: ${point} -> ${brief(value)}`);
              return value;
            },
            (error) => {
              landed(point);
              throw error;
            },
          );
          then(arrived as Promise<never>);
        });
      const settle = (landed: Promise<never>) =>
        landed.then(
          (value) => answer(() => resolve(value)),
          (error) => answer(() => reject(error)),
        );
      const ignore = (landed: Promise<never>) => void landed.catch(() => {});
      const crash = () =>
        this.end(new TaskFailure('Runtime.ExitError', `${this.#name} crashed in ${point}.`));
      switch (fate) {
        case undefined:
          return arrive(settle);
        case 'before':
        case 'throttled':
          return scheduler.in(travel, refuse);
        case 'after':
          return arrive((landed) => landed.then(refuse, refuse));
        case 'twice':
          arrive(ignore);
          return arrive(settle, travel + chance.whole(1, 100));
        case 'late': {
          scheduler.in(chance.whole(travel, longestPatienceMs), refuse);
          const longest = point === 'cluster.createRoleBinding' ? longestCreationMs : longestCallMs;
          return arrive(ignore, chance.whole(travel, longest));
        }
        case 'slow':
          return arrive(settle, chance.whole(500, longestCallMs));
        case 'crash-before':
          return scheduler.in(travel, crash);
        case 'crash-after':
          return arrive((landed) => landed.then(crash, crash));
        case 'freeze-before':
          return this.#freeze();
        case 'freeze-after':
          this.#freeze();
          return arrive(ignore);
      }
    });
  };
}
