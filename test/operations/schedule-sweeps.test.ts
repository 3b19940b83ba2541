/** Whose turn it is: told by the minute that a sweep is for, since calls come a little early and a little late. */
import { expect, it } from 'vitest';
import { memoryWorld } from '#adapters/memory/world.ts';
import { after } from '#domain/instant.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';

it('each cluster has exactly one turn in five minutes, however the calls of these minutes come', async () => {
  const turns: string[] = [];
  const first = '2026-11-21T08:00:00.000Z';
  // Around the turn of the minute: two calls in one minute of the clock, and none in the next.
  const lateMs = [0, 900, -10, 10, 59_990, 0, 1, -10, 20_000, -1];
  for (const minute of lateMs.keys()) {
    const dueAt = after(first, minute * 60_000);
    const world = memoryWorld({ now: after(dueAt, lateMs[minute] ?? 0) });
    await sweepGrants(world, { dueAt });
    turns.push(...world.inside.background.sweeps.map(({ cluster }) => `${cluster.eksName} ${minute % 5}`));
  }
  expect(turns).toHaveLength(4);
  expect(new Set(turns).size).toBe(2);
});
