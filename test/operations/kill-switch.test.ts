/** A kill switch that is on: what it covers can't be opened, whatever was approved, until it is lifted. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { NotApproved } from '#domain/errors.ts';
import { lift, newOrder } from '#domain/kill-order.ts';
import type { KillScope } from '#domain/kill-scope.ts';
import { openGrant } from '#operations/open-grant.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers, standingBindings } from './world-view.ts';

const everything: KillScope = { kind: 'everything' };

async function switchOn(world: MemoryWorld, scope: KillScope = everything) {
  const { clock, kills } = world.inside;
  const id = world.ids.requestId();
  return kills.begin(newOrder({ id, scope, by: 'pat@example.com', reason: 'breach', at: clock.now() }));
}

describe('a kill switch', () => {
  it('denies what was approved before it, with its reason, and grants nothing', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    await switchOn(world);
    await machine.run();
    const record = await world.inside.records.read(request.id);
    expect(record?.status).toBe('denied');
    expect(record?.history.at(-1)?.reason).toContain('kill switch for everything is on: breach');
    expect(standingBindings(world)).toEqual([]);
    await machine.pass(5);
    expect(await leftovers(world)).toEqual([]);
  });

  it('lets a request wait that nobody has answered, and denies it when somebody approves', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await switchOn(world, { kind: 'person', value: 'alice@example.com' });
    await machine.run();
    expect(await statusOf(world, request)).toBe('pending');
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('denied');
  });

  it('that comes between the checks of OpenGrant and its write is met all the same', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    const describeCluster = world.entries.describeCluster.bind(world.entries);
    world.entries.describeCluster = async (cluster) => {
      await switchOn(world);
      return describeCluster(cluster);
    };
    const opening = openGrant(world, { requestId: request.id });
    await expect(opening).rejects.toBeInstanceOf(NotApproved);
    expect(await statusOf(world, request)).toBe('denied');
  });

  it('lets others through, and everybody once it is lifted', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const hers = await ask(world);
    const his = await ask(world, 'bob');
    const order = await switchOn(world, { kind: 'person', value: 'bob@example.com' });
    await machine.run();
    await answerByMail(world, hers);
    await answerByMail(world, his);
    await machine.run();
    expect([await statusOf(world, hers), await statusOf(world, his)]).toEqual(['active', 'denied']);
    await expect(ask(world, 'bob')).rejects.toThrow(/kill switch for person bob@example.com is on: breach/);

    const change = lift(order, { by: 'pat@example.com', reason: 'over' }, world.inside.clock.now());
    if (!change) throw new Error('It was on.');
    await world.inside.kills.save({ ...change, expectedVersion: order.version });
    const again = await ask(world, 'bob');
    await machine.run();
    await answerByMail(world, again);
    await machine.run();
    expect(await statusOf(world, again)).toBe('active');
  });
});
