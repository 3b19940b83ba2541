import { describe, expect, it } from 'vitest';
import type { KillView } from '#http/kill-view.ts';
import { killGrants } from '#operations/kill-grants.ts';
import { aCaller } from '../builders/caller.ts';
import { Machine } from '../operations/machine.ts';
import { aDoor, stateOf, submission } from './signed-call.ts';

const pat = aCaller('pat');
const everything = { scope: { kind: 'everything' }, reason: 'breach' };
const read = async (reply: { json(): Promise<unknown> }) => (await reply.json()) as KillView;

describe('kill orders', () => {
  it('are made once for a scope, shown, listed and lifted', async () => {
    const door = aDoor();
    new Machine(door.world);
    const made = await door.post('/v1/kills', everything, pat);
    expect(made.status).toBe(201);
    const order = await read(made);
    expect(order).toMatchObject({ status: 'killing', scope: { kind: 'everything' }, by: 'pat@example.com' });
    const again = await door.post('/v1/kills', { ...everything, reason: 'other' }, pat);
    expect([again.status, await read(again)]).toEqual([200, order]);
    expect(door.world.inside.background.kills).toEqual([order.id, order.id]);
    await killGrants(door.world, { killId: order.id });
    const shown = await read(await door.get(`/v1/kills/${order.id}`, pat));
    expect(shown).toMatchObject({ status: 'killed', ended: 0, passes: expect.arrayContaining([]) });
    const listed = (await (await door.get('/v1/kills?limit=5', pat)).json()) as unknown as { items: unknown };
    expect(listed.items).toEqual([shown]);
    const lifted = await door.post(`/v1/kills/${order.id}/lift`, { reason: 'over' }, pat);
    expect([lifted.status, (await read(lifted)).status]).toEqual([200, 'lifted']);
  });

  it('name a cluster as the catalog does', async () => {
    const door = aDoor();
    const scope = { kind: 'cluster', value: 'payments-prod' };
    const order = await read(await door.post('/v1/kills', { scope, reason: 'x' }, pat));
    expect(order.scope).toEqual({ kind: 'cluster', value: 'us-east-1/payments-prod' });
  });

  it('refuse requests that could not be granted, and say why', async () => {
    const door = aDoor();
    await door.post('/v1/kills', everything, pat);
    const reply = await door.post('/v1/requests', submission, aCaller('alice'));
    expect(reply.status).toBe(403);
    expect((await reply.json()).detail).toContain(
      `The kill switch for everything is on: ${everything.reason}`,
    );
  });

  it('are neither made nor seen by anybody but operators', async () => {
    const door = aDoor();
    const { id } = await read(await door.post('/v1/kills', everything, pat));
    const before = stateOf(door.world);
    for (const name of ['alice', 'rita', 'ci'] as const) {
      const caller = aCaller(name);
      const replies = [
        await door.post('/v1/kills', { ...everything, scope: { kind: 'person', value: 'bob' } }, caller),
        await door.get('/v1/kills', caller),
        await door.get(`/v1/kills/${id}`, caller),
        await door.post(`/v1/kills/${id}/lift`, { reason: 'x' }, caller),
      ];
      for (const reply of replies)
        expect([reply.status, (await reply.json()).code]).toEqual([403, 'NotAllowed']);
    }
    expect(stateOf(door.world)).toBe(before);
  });

  it.each<[string, unknown]>([
    ['no reason', { scope: { kind: 'everything' } }],
    ['an empty reason', { ...everything, reason: ' ' }],
    ['no scope', { reason: 'x' }],
    ['a scope nobody knows', { scope: { kind: 'all' }, reason: 'x' }],
    ['everything of somebody', { scope: { kind: 'everything', value: 'x' }, reason: 'x' }],
    ['a person without a name', { scope: { kind: 'person' }, reason: 'x' }],
    ['a cluster that is not in the catalog', { scope: { kind: 'cluster', value: 'paymnts' }, reason: 'x' }],
    ['a pattern', { scope: { kind: 'principal', value: 'arn:aws:iam::111122223333:role/*' }, reason: 'x' }],
  ])('with %s are refused with every fault, and nothing is switched on', async (_, body) => {
    const door = aDoor();
    const reply = await door.post('/v1/kills', body, pat);
    expect(reply.status).toBe(400);
    expect((await reply.json()).details.faults.length).toBeGreaterThan(0);
    expect(door.world.inside.kills.orders.size).toBe(0);
  });

  it('that are not there are not found', async () => {
    const door = aDoor();
    const id = '01KAJ000000000000000000009';
    for (const reply of [
      await door.get(`/v1/kills/${id}`, pat),
      await door.post(`/v1/kills/${id}/lift`, { reason: 'x' }, pat),
    ])
      expect([reply.status, (await reply.json()).code]).toEqual([404, 'KillNotFound']);
  });
});
