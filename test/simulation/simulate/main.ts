/** `npm run simulate`: plays histories for as long as wanted, on all cores, going on where it stopped; or one again by its seed. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join as joined } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { cacheDir } from '#local/cache.ts';
import { play } from '../play.ts';
import { playAll } from './pool.ts';
import { emptyTally, historyOf, inWords, join, shrink, type Tally } from './seeds.ts';

const usage = `npm run simulate -- [--histories N] [--threads N] [--anew]   plays N histories (1e5), going on where it stopped
npm run simulate -- --seed N [--story]                       plays one again, and tells it`;

/** Seeds below are those of the tests. */
const firstSeed = 1_000_000;
const stateFile = joined(cacheDir(), 'simulation', 'state.json');
const stateShape = z.object({ next: z.int(), histories: z.number(), events: z.number() });

async function readState(): Promise<z.output<typeof stateShape>> {
  const text = await readFile(stateFile, 'utf8').catch(() => '{}');
  return stateShape.catch({ next: firstSeed, histories: 0, events: 0 }).parse(JSON.parse(text));
}

async function replay(seed: number, told: boolean): Promise<number> {
  const shrunk = await shrink(seed);
  if (shrunk) {
    console.log(inWords(shrunk));
    return 1;
  }
  const { story, events, faults, granted } = await play(historyOf(seed), { told: true });
  if (told) console.log(story.join('\n'));
  console.log(`Seed ${seed} breaks nothing: ${events} events, ${faults} faults, ${granted} rights given.`);
  return 0;
}

function progress(tally: Tally, wanted: number, began: number): string {
  const seconds = (performance.now() - began) / 1000;
  const { histories, events, faults, latestMs } = tally;
  const each = (sum: number) => (sum / Math.max(1, histories)).toFixed(0);
  return (
    `${histories} of ${wanted} histories, ${(histories / seconds).toFixed(0)}/s, ${each(events)} events and ${each(faults)} faults each, ` +
    `latest end ${latestMs.faultless} ms without faults, ${(latestMs.faulty / 1000).toFixed(0)} s with`
  );
}

async function search(histories: number, threads: number, anew: boolean): Promise<number> {
  const before = anew ? { next: firstSeed, histories: 0, events: 0 } : await readState();
  const stop = new AbortController();
  process.once('SIGINT', () => {
    console.log('\nStopping after the histories at hand; the next run goes on from here.');
    stop.abort();
  });
  const began = performance.now();
  const keep = async (tally: Tally, next: number) => {
    const state = {
      next,
      histories: before.histories + tally.histories,
      events: before.events + tally.events,
    };
    await mkdir(joined(stateFile, '..'), { recursive: true });
    await writeFile(stateFile, `${JSON.stringify(state)}\n`);
  };
  let shown = 0;
  console.log(
    `From seed ${before.next} on ${threads} threads; ${before.histories} histories were played before.`,
  );
  const onProgress = (tally: Tally, next: number) => {
    if (performance.now() - shown < 5_000) return;
    shown = performance.now();
    console.log(progress(tally, histories, began));
    void keep(tally, next);
  };
  const { tally, broken, next } = await playAll({
    from: before.next,
    histories,
    threads,
    onProgress,
    signal: stop.signal,
  });
  await keep(tally, next);
  console.log(progress(join(tally, emptyTally()), histories, began));
  for (const { seed } of broken.slice(0, 3)) await replay(seed, true);
  return broken.length > 0 ? 1 : 0;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    story: { type: 'boolean', default: false },
    histories: { type: 'string', default: '1e5' },
    threads: { type: 'string', default: String(availableParallelism()) },
    anew: { type: 'boolean', default: false },
  },
});
const whole = (text: string): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`"${text}" is not a whole number.\n${usage}`);
  process.exit(2);
};
process.exitCode =
  values.seed === undefined
    ? await search(whole(values.histories), Math.max(1, whole(values.threads)), values.anew)
    : await replay(whole(values.seed), values.story);
