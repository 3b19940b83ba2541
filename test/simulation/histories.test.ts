/** A hundred thousand histories, each a pure function of its seed, with every invariant looked at after every step. */
import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { play } from './play.ts';
import { playAll } from './simulate/pool.ts';
import { historyOf, inWords, longHistory, shrink, type Tally } from './simulate/seeds.ts';

/** Counted are those of 30 events or more. */
const wanted = 100_000;
const seeds = 101_000;
/** Minutes of two cores are enough; a slow machine takes as long as it takes. */
const patienceMs = 3 * 60 * 60_000;
const tellEvery = 10_000;

function teller(): (tally: Tally) => void {
  let told = 0;
  return ({ histories, events }) => {
    if (histories < told + tellEvery) return;
    told = histories - (histories % tellEvery);
    console.log(`${histories} of ${seeds} histories, ${events} events`);
  };
}

it(
  'breaks no invariant in any history',
  async () => {
    const { tally, broken } = await playAll({
      from: 1,
      histories: seeds,
      threads: availableParallelism(),
      onProgress: teller(),
    });
    const [first] = broken;
    const shrunk = first && (await shrink(first.seed));
    expect(shrunk ? inWords(shrunk) : '').toBe('');
    expect(broken).toEqual([]);
    const { histories, events, long, faults, granted, killed, closed, swept, latestMs } = tally;
    console.log(
      `${histories} histories, ${long} of ${longHistory} events or more, ${events} events, ${faults} faults, ${granted} rights given, ` +
        `${killed} kill orders done, ${closed} ended by their ticket, ${swept} things taken away by the sweep of a cluster; ` +
        `latest end ${latestMs.faultless} ms without faults`,
    );
    expect(long).toBeGreaterThanOrEqual(wanted);
    // Vacuous histories would break nothing either.
    expect(granted).toBeGreaterThan(histories / 2);
    expect(killed).toBeGreaterThan(histories / 10);
    expect(closed).toBeGreaterThan(histories / 10);
    expect(swept).toBeGreaterThan(histories / 100);
    expect(latestMs.faultless).toBeGreaterThan(0);
  },
  patienceMs,
);

it(
  'plays the same story for the same seed',
  async () => {
    for (const seed of [3, 17, 64]) {
      const [one, other] = [
        await play(historyOf(seed), { told: true }),
        await play(historyOf(seed), { told: true }),
      ];
      expect(one.story.length).toBeGreaterThan(10);
      expect(other).toEqual(one);
    }
  },
  patienceMs,
);
