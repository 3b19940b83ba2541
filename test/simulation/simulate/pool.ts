/** Threads that share ranges of seeds until all are played, one breaks an invariant, or somebody stops it. */
import { Worker } from 'node:worker_threads';
import { emptyTally, join, type Tally } from './seeds.ts';
import type { Played, Range } from './worker.ts';

const rangeSize = 100;

export interface Asked {
  from: number;
  histories: number;
  threads: number;
  /** After each range. `next`: all seeds before it are played. */
  onProgress?: (tally: Tally, next: number) => void;
  /** Stops after the ranges at hand. */
  signal?: AbortSignal;
}

export interface Finished {
  tally: Tally;
  broken: Played['broken'];
  /** All seeds before it are played. */
  next: number;
}

export async function playAll({ from, histories, threads, onProgress, signal }: Asked): Promise<Finished> {
  let tally = emptyTally();
  const broken: Played['broken'] = [];
  const end = from + histories;
  let given = from;
  const open = new Set<number>();
  const next = () => Math.min(given, ...open);
  const take = (): Range | undefined => {
    if (signal?.aborted || broken.length > 0 || given >= end) return undefined;
    const range = { from: given, count: Math.min(rangeSize, end - given) };
    given += range.count;
    open.add(range.from);
    return range;
  };
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url));
      const give = () => {
        const range = take();
        if (range) worker.postMessage(range);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('error', reject);
      worker.on('message', (played: Played) => {
        open.delete(played.from);
        tally = join(tally, played.tally);
        broken.push(...played.broken);
        onProgress?.(tally, next());
        give();
      });
      give();
    });
  await Promise.all(Array.from({ length: threads }, work));
  return { tally, broken, next: next() };
}
