/** Every pair of faults in the grants and revokes of two overlapping grants of one principal. */
import { expect, it } from 'vitest';
import type { Called } from './cloud/fate.ts';
import { breaks, broken, callsOf, changes, overlapping } from './crash-everywhere.ts';

Error.stackTraceLimit = 0;

/** A function that ends before its call is as one whose call was refused: it ends as well. */
const inPairs = breaks.filter((fate) => fate !== 'crash-before');

it('two overlapping grants converge whatever pair of calls is broken, the second also among the retries of the first', async () => {
  const wrong: string[] = [];
  let pairs = 0;
  for (const first of (await callsOf(overlapping)).filter(changes)) {
    for (const fate of inPairs) {
      const one = { call: first.call, fate };
      const calls: Called[] = [];
      await broken(overlapping, [one], 'retry', calls);
      for (const second of calls.filter((call) => call.call > first.call && changes(call))) {
        for (const other of inPairs) {
          pairs += 1;
          const outcome = await broken(overlapping, [one, { call: second.call, fate: other }], 'retry');
          if (outcome.broken)
            wrong.push(
              `${first.point} (${first.call}) ${fate}, ${second.point} (${second.call}) ${other}: ${outcome.broken.invariant.name}: ${outcome.broken.message}`,
            );
        }
      }
    }
  }
  console.log(`${pairs} pairs of faults`);
  expect(wrong).toEqual([]);
  expect(pairs).toBeGreaterThan(10_000);
});
