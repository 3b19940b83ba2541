/** A thread that plays the histories of ranges of seeds, one range at a time. */
import { parentPort } from 'node:worker_threads';
import { play } from '../play.ts';
import { add, emptyTally, historyOf, type Tally } from './seeds.ts';

export interface Range {
  from: number;
  count: number;
}

export interface Played extends Range {
  tally: Tally;
  /** Seeds whose histories broke an invariant. */
  broken: { seed: number; name: string; message: string }[];
}

// Refused calls are errors by the million, and nobody reads where they were made.
Error.stackTraceLimit = 0;

async function playRange({ from, count }: Range): Promise<Played> {
  const played: Played = { from, count, tally: emptyTally(), broken: [] };
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await play(historyOf(seed));
    add(played.tally, outcome);
    const { broken } = outcome;
    if (broken) played.broken.push({ seed, name: broken.invariant.name, message: broken.message });
  }
  return played;
}

parentPort?.on('message', (range: Range) => {
  playRange(range).then(
    (played) => parentPort?.postMessage(played),
    (error: unknown) => {
      throw error;
    },
  );
});
