/** Thousands of histories, each a pure function of its seed, with every invariant looked at after every step. */
import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { play } from './play.ts';
import { playAll } from './simulate/pool.ts';
import { historyOf, inWords, longHistory, shrink } from './simulate/seeds.ts';

/** Counted are those of 30 events or more. */
const wanted = 4_900;
const seeds = 5_000;

it('breaks no invariant in any history', async () => {
  const { tally, broken } = await playAll({ from: 1, histories: seeds, threads: availableParallelism() });
  const [first] = broken;
  const shrunk = first && (await shrink(first.seed));
  expect(shrunk ? inWords(shrunk) : '').toBe('');
  const { histories, events, long, faults, granted, latestMs } = tally;
  console.log(
    `${histories} histories, ${long} of ${longHistory} events or more, ${events} events, ${faults} faults, ${granted} rights given; ` +
      `latest end ${latestMs.faultless} ms without faults`,
  );
  expect(long).toBeGreaterThanOrEqual(wanted);
  // Vacuous histories would break nothing either.
  expect(granted).toBeGreaterThan(histories / 2);
  expect(latestMs.faultless).toBeGreaterThan(0);
});

it('plays the same story for the same seed', async () => {
  for (const seed of [3, 17, 64]) {
    const [one, other] = [
      await play(historyOf(seed), { told: true }),
      await play(historyOf(seed), { told: true }),
    ];
    expect(one.story.length).toBeGreaterThan(10);
    expect(other).toEqual(one);
  }
});
