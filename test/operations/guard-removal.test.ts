import { describe, expect, it } from 'vitest';
import { statuses } from '#domain/request.ts';
import { guardRemoval } from '#operations/guard-removal.ts';
import { aWorld, stored } from '../builders/world.ts';

/** In these nothing stands, and nothing will without the functions. */
const harmless: string[] = ['pending', 'denied', 'withdrawn', 'timed-out', 'revoked', 'failed'];

describe('taking a deployment down', () => {
  it.each(statuses)('with a request that is %s', async (status) => {
    const world = aWorld();
    const { id } = await stored(world.records, { status });
    const removal = guardRemoval(world);
    if (harmless.includes(status)) await removal;
    else await expect(removal).rejects.toThrow(`${id} (${status})`);
  });

  it('is refused for every page of what is open, and names a few', async () => {
    const world = aWorld();
    for (let i = 0; i < 120; i++) await stored(world.records, { status: 'pending' });
    await guardRemoval(world);
    for (let i = 0; i < 7; i++) await stored(world.records, { status: 'active' });
    await expect(guardRemoval(world)).rejects.toThrow(/and 2 more\. End it with `curfew revoke <id>`/);
  });

  it('is refused while the records can not be read', async () => {
    const world = aWorld();
    world.faults.at('records.listOpen', 1, 'before');
    await expect(guardRemoval(world)).rejects.toMatchObject({ name: 'Unavailable' });
  });
});
