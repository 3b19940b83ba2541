/** Enumerated, not sampled: every call of every operation broken in every way, then driven by retries or by the sweep alone. */
import { describe, expect, it } from 'vitest';
import { calm } from './cloud/fate.ts';
import { breaks, broken, callsOf, drivers, stories } from './crash-everywhere.ts';
import { healedMs, sweepMs } from './invariants/access.ts';
import { play } from './play.ts';

Error.stackTraceLimit = 0;

describe.each(Object.entries(stories))('%s', (_, story) => {
  it.each(drivers)('converges whatever call is broken, by %s', async (driver) => {
    const wrong: string[] = [];
    const calls = await callsOf(story);
    for (const { call, point, by } of calls) {
      for (const fate of breaks) {
        const outcome = await broken(story, [{ call, fate }], driver);
        if (outcome.broken)
          wrong.push(
            `${by}: ${point} (call ${call}) ${fate}: ${outcome.broken.invariant.name}: ${outcome.broken.message}`,
          );
        expect(outcome.faults).toBeGreaterThan(0);
      }
    }
    console.log(`${calls.length * breaks.length} faults, by ${driver}`);
    expect(wrong).toEqual([]);
  });
});

describe('after ten thousand failures in a row', () => {
  it.each(['cluster.', 'records.commit', 'entries.'])(
    'of %s, a grant is revoked a minute after they stop',
    async (points) => {
      const story = stories['a grant that ends on time'];
      if (!story) throw new Error('That story is not told any more.');
      const outage = { fromSecond: 15, seconds: 10_000 * 60, points: [points], fate: 'before' as const };
      const outcome = await play({ ...story, weather: { ...calm, outages: [outage] } });
      expect(outcome.broken).toBeUndefined();
      expect(outcome.faults).toBeGreaterThanOrEqual(10_000);
      const healed = outage.fromSecond + outage.seconds;
      expect(outcome.latestMs.faulty).toBeLessThan(healed * 1000 + healedMs + sweepMs);
      if (points !== 'entries.') expect(outcome.latestMs.faulty).toBeGreaterThan(outage.seconds * 900);
    },
  );
});
