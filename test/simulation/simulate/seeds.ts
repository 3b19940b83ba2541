/** One seed, one history: generated, played, and where it breaks an invariant shrunk and told in plain words. */
import fc from 'fast-check';
import type { Broken } from '../invariants/invariant.ts';
import { type History, histories } from '../people/history.ts';
import { type Outcome, play } from '../play.ts';

export function historyOf(seed: number): History {
  const [history] = fc.sample(histories, { seed, numRuns: 1 });
  if (!history) throw new Error(`fast-check made no history of seed ${seed}.`);
  return history;
}

export interface Shrunk {
  seed: number;
  broken: Broken;
  history: History;
  story: readonly string[];
}

/** Longest that a failure is shrunk for. */
const shrinkMs = 60_000;

/** Undefined where the seed's history breaks nothing. */
export async function shrink(seed: number): Promise<Shrunk | undefined> {
  const first = (await play(historyOf(seed))).broken;
  if (!first) return undefined;
  const sameBreach = fc.asyncProperty(histories, async (history) => {
    const { broken } = await play(history);
    return broken?.invariant.name !== first.invariant.name;
  });
  const { counterexample } = await fc.check(sameBreach, {
    seed,
    numRuns: 1,
    interruptAfterTimeLimit: shrinkMs,
    markInterruptAsFailure: true,
  });
  const history = counterexample?.[0] ?? historyOf(seed);
  const { broken = first, story } = await play(history, { told: true });
  return { seed, broken, history, story };
}

/** Seed, invariant and story. Ids of requests are written as people would: "request 1". */
export function inWords({ seed, broken, history, story }: Shrunk): string {
  const ids = [...new Set(story.join('\n').match(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g) ?? [])];
  const named = (text: string) =>
    ids.reduce(
      (words, id, i) =>
        words.replaceAll(id, `request ${i + 1}`).replaceAll(id.toLowerCase(), `request-${i + 1}`),
      text,
    );
  return [
    `Seed ${seed} breaks "${broken.invariant.name}": ${broken.invariant.says}`,
    `  ${named(broken.message)}`,
    `The story, shrunk to ${history.asks.length} requests, ${history.mishaps.length} mishaps, ${history.weather.strikes.length} single faults:`,
    ...story.map((line) => `  ${named(line)}`),
    `Again: npm run simulate -- --seed ${seed}`,
  ].join('\n');
}

export interface Tally {
  histories: number;
  events: number;
  faults: number;
  granted: number;
  killed: number;
  closed: number;
  swept: number;
  /** Histories of 30 or more events. */
  long: number;
  latestMs: Outcome['latestMs'];
}

export const emptyTally = (): Tally => ({
  histories: 0,
  events: 0,
  faults: 0,
  granted: 0,
  killed: 0,
  closed: 0,
  swept: 0,
  long: 0,
  latestMs: { faultless: 0, faulty: 0 },
});

export const longHistory = 30;

export function add(
  tally: Tally,
  { events, faults, granted, killed, closed, swept, latestMs }: Outcome,
): void {
  tally.histories += 1;
  tally.events += events;
  tally.faults += faults;
  tally.granted += granted;
  tally.killed += killed;
  tally.closed += closed;
  tally.swept += swept;
  tally.long += events >= longHistory ? 1 : 0;
  tally.latestMs.faultless = Math.max(tally.latestMs.faultless, latestMs.faultless);
  tally.latestMs.faulty = Math.max(tally.latestMs.faulty, latestMs.faulty);
}

export function join(a: Tally, b: Tally): Tally {
  return {
    histories: a.histories + b.histories,
    events: a.events + b.events,
    faults: a.faults + b.faults,
    granted: a.granted + b.granted,
    killed: a.killed + b.killed,
    closed: a.closed + b.closed,
    swept: a.swept + b.swept,
    long: a.long + b.long,
    latestMs: {
      faultless: Math.max(a.latestMs.faultless, b.latestMs.faultless),
      faulty: Math.max(a.latestMs.faulty, b.latestMs.faulty),
    },
  };
}
