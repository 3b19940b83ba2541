/** Breadth-first over all states of several grants at once; each grant's own steps are worked out once and remembered. */
import { type GrantState, isOver, stepped, steps } from './grant-model.ts';

/** Bits of one grant's number in the key of a state; the tick and three grants fit a double exactly. */
const grantBits = 14;
const grantSize = 2 ** grantBits;

export class Grants {
  readonly #numbers = new Map<string, number>();
  readonly states: GrantState[] = [];
  readonly #next: (readonly { step: string; to: number }[])[][] = [];

  number(state: GrantState): number {
    const text = JSON.stringify(state);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const made = this.states.length;
    if (made >= grantSize) throw new Error('More states of one grant than fit a key.');
    this.#numbers.set(text, made);
    this.states.push(state);
    this.#next.push([]);
    return made;
  }

  state(number: number): GrantState {
    const state = this.states[number];
    if (!state) throw new Error(`There is no state ${number}.`);
    return state;
  }

  /** Every step that changes this grant at a tick. */
  next(number: number, tick: number): readonly { step: string; to: number }[] {
    const byTick = this.#next[number] ?? [];
    const known = byTick[tick];
    if (known) return known;
    const state = this.state(number);
    const found = Object.keys(steps).flatMap((step) => {
      const to = stepped(step, state, tick);
      const next = to && this.number(to);
      return next === undefined || next === number ? [] : [{ step, to: next }];
    });
    byTick[tick] = found;
    return found;
  }
}

export interface Explored {
  states: number;
  moves: number;
  /** Wrong states in words, the first few of each kind, each with the shortest way to it. */
  faults: string[];
}

export interface Exploration {
  grants: Grants;
  begin: readonly number[];
  lastTick: number;
  /** What is wrong with a state, in words. */
  faultOf(states: readonly GrantState[], tick: number): string | undefined;
  /** Stops after so many states. */
  most?: number;
}

const mostFaults = 5;

export function explore({ grants, begin, lastTick, faultOf, most = Infinity }: Exploration): Explored {
  const width = begin.length;
  const keyOf = (numbers: readonly number[], tick: number) =>
    numbers.reduce((key, number) => key * grantSize + number, tick);
  const first = keyOf(begin, 0);
  const seen = new Set([first]);
  const from = new Map<number, { before: number; step: string }>();
  let frontier = [first];
  let moves = 0;
  const faults: string[] = [];
  const numbers = new Array<number>(width).fill(0);
  const meet = (key: number, before: number, step: string, found: number[]) => {
    moves += 1;
    if (seen.has(key)) return;
    seen.add(key);
    from.set(key, { before, step });
    found.push(key);
  };
  while (frontier.length > 0 && seen.size < most) {
    const found: number[] = [];
    for (const key of frontier) {
      let rest = key;
      for (let i = width - 1; i >= 0; i--) {
        numbers[i] = rest % grantSize;
        rest = Math.floor(rest / grantSize);
      }
      const tick = rest;
      const fault = faultOf(
        numbers.map((number) => grants.state(number)),
        tick,
      );
      if (fault !== undefined && faults.length < mostFaults) faults.push(`${fault}: ${wayTo(key, from)}`);
      if (tick < lastTick) meet(keyOf(numbers, tick + 1), key, `tick ${tick + 1}`, found);
      let scale = 1;
      for (let i = width - 1; i >= 0; i--) {
        const number = numbers[i] ?? 0;
        for (const { step, to } of grants.next(number, tick))
          meet(key + (to - number) * scale, key, `${'ABC'[i]} ${step}`, found);
        scale *= grantSize;
      }
    }
    frontier = found;
  }
  return { states: seen.size, moves, faults };
}

function wayTo(key: number, from: ReadonlyMap<number, { before: number; step: string }>): string {
  const way: string[] = [];
  for (let at = from.get(key); at; at = from.get(at.before)) way.unshift(at.step);
  return way.join(', ');
}

/** What the sweep does with a grant once its time has come, from any state: undefined when that does not end it. */
export function healed(grants: Grants, number: number, tick: number): GrantState | undefined {
  let now = number;
  for (const step of [
    'times out',
    'is refused at grant time',
    'ends by a fault',
    'is unbound',
    'is closed',
  ]) {
    const to = stepped(step, grants.state(now), tick);
    if (to) now = grants.number(to);
  }
  return isOver(grants.state(now)) ? grants.state(now) : undefined;
}
