/** Every pair of faults in the grants and revokes of two overlapping grants of one principal, whoever drives on. */
import { expect, it } from 'vitest';
import type { Called } from './cloud/fate.ts';
import { breaks, broken, callsOf, changes, drivers, overlapping } from './crash-everywhere.ts';

Error.stackTraceLimit = 0;

/**
 * Of all pairs, those of calls that change something: what breaks a call that only reads changes nothing and ends or
 * repeats its function, which each call of crash-everywhere shows by itself. A function that ends before its call is as
 * one whose call was refused: it ends as well. The order of two calls is that in which they come, so no pair is left out
 * for its order; the second is looked for among the calls that there are once the first is broken.
 */
const inPairs = breaks.filter((fate) => fate !== 'crash-before');
const patienceMs = 60 * 60_000;

it.each(drivers)(
  'two overlapping grants converge whatever pair of calls is broken, by %s',
  async (driver) => {
    const wrong: string[] = [];
    let pairs = 0;
    for (const first of (await callsOf(overlapping)).filter(changes)) {
      for (const fate of inPairs) {
        const one = { call: first.call, fate };
        const calls: Called[] = [];
        await broken(overlapping, [one], driver, calls);
        for (const second of calls.filter((call) => call.call > first.call && changes(call))) {
          for (const other of inPairs) {
            pairs += 1;
            const outcome = await broken(overlapping, [one, { call: second.call, fate: other }], driver);
            if (outcome.broken)
              wrong.push(
                `${first.point} (${first.call}) ${fate}, ${second.point} (${second.call}) ${other}: ${outcome.broken.invariant.name}: ${outcome.broken.message}`,
              );
          }
        }
      }
    }
    console.log(`${pairs} pairs of faults, by ${driver}`);
    expect(wrong).toEqual([]);
    expect(pairs).toBeGreaterThan(5_000);
  },
  patienceMs,
);
