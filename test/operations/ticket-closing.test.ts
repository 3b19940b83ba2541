/** The end of a ticket ends all that was asked for with it, whatever its status, and nothing else. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { type AccessRequest, statuses } from '#domain/request.ts';
import type { Closing } from '#domain/ticket-closing.ts';
import { driveClosings, endByTicket } from '#operations/end-by-ticket.ts';
import { extendGrant } from '#operations/extend-grant.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { aCaller } from '../builders/caller.ts';
import { aRecord } from '../builders/request.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers } from './world-view.ts';

const minute = 60_000;

function closing(world: MemoryWorld, more: Partial<Closing> = {}): Closing {
  return { ticket: 'INC-1042', source: 'jira', key: 'k', at: world.inside.clock.now(), ...more };
}

async function active(
  world: MemoryWorld,
  machine: Machine,
  who: 'alice' | 'bob' = 'alice',
  ticket = 'INC-1042',
) {
  const request = await ask(world, who, { ticket });
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  expect(await statusOf(world, request)).toBe('active');
  return request;
}

/** A request in any status, as it stands in the table. */
async function put(world: MemoryWorld, status: AccessRequest['status'], ticket = 'INC-1042') {
  const { request, events } = aRecord({ status, asked: { ticket } });
  await world.inside.records.commit({ request, expectedVersion: 0, events });
  return request;
}

describe('the end of a ticket', () => {
  it.each(statuses)('finds a request that is %s', async (status) => {
    const world = aWorld();
    const request = await put(world, status);
    const ended = await endByTicket(world, closing(world));
    const after = await world.inside.records.read(request.id);
    const live = { pending: 'denied', approved: 'denied', scheduled: 'denied' } as Record<string, string>;
    if (live[status]) {
      expect(after).toMatchObject({ status: live[status] });
      expect(after?.history.at(-1)).toMatchObject({
        by: 'ticket:jira',
        reason: 'its ticket INC-1042 was closed in jira',
      });
      expect(ended).toEqual([request.id]);
    } else if (status === 'granting' || status === 'active') {
      expect(after).toMatchObject({ status, endRequested: { by: 'ticket:jira' } });
      expect(ended).toEqual([request.id]);
    } else {
      expect(after).toEqual(request);
    }
  });

  it('tells the reviewers no more: the execution that waits for them ends', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await endByTicket(world, closing(world));
    await machine.run();
    expect(machine.stateOf(request.id)).toBeUndefined();
    await expect(answerByMail(world, request)).rejects.toThrow();
  });

  it('is the same for every spelling, and for nobody with another ticket', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const [hers, his, other] = [
      await active(world, machine, 'alice', ' inc-1042'),
      await active(world, machine, 'bob', 'INC-1042'),
      await active(world, machine, 'alice', 'INC-10420'),
    ];
    expect((await endByTicket(world, closing(world))).sort()).toEqual([hers.id, his.id].sort());
    await machine.pass(2);
    expect([await statusOf(world, hers), await statusOf(world, his), await statusOf(world, other)]).toEqual([
      'revoked',
      'revoked',
      'active',
    ]);
  });

  it('ends what was asked for to go on with it, also with another ticket', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await active(world, machine);
    const { request: next } = await extendGrant(world, {
      caller: aCaller('alice'),
      id: request.id,
      durationSeconds: 60,
      ticket: 'INC-2000',
    });
    await machine.run();
    await answerByMail(world, next);
    await machine.run();
    await endByTicket(world, closing(world));
    await machine.pass(2);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await statusOf(world, next)).toBe('denied');
    expect(await leftovers(world)).toEqual([]);
  });

  it.each([
    [-10 * minute, 'active'],
    [-4 * minute, 'revoked'],
    [0, 'revoked'],
  ] as const)(
    '%d ms before it was asked for leaves it %s: clocks differ, but not that much',
    async (ms, status) => {
      const world = aWorld();
      const machine = new Machine(world);
      world.inside.clock.advance(60 * minute);
      const at = new Date(Date.parse(world.inside.clock.now()) + ms).toISOString();
      const request = await active(world, machine);
      await endByTicket(world, closing(world, { at }));
      await machine.pass(2);
      expect(await statusOf(world, request)).toBe(status);
    },
  );

  it('is noted before anything is done, so that whoever dies on the way leaves it to the sweep', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const [hers, his] = [await active(world, machine), await active(world, machine, 'bob')];
    world.faults.at('records.commit', 'every');
    await expect(endByTicket(world, closing(world))).rejects.toThrow(/on purpose/);
    world.faults.clear();
    expect(await world.inside.ticketNotes.closings()).toHaveLength(1);
    machine.running = false;
    await sweepGrants(world);
    for (const { id } of [hers, his])
      expect(await world.inside.records.read(id)).toHaveProperty('endRequested.by', 'ticket:jira');
    expect(await world.inside.ticketNotes.closings()).toEqual([]);
  });

  it('that nobody has a request for writes nothing', async () => {
    const world = aWorld();
    expect(await endByTicket(world, closing(world))).toEqual([]);
    expect(world.faults.calls).not.toContain('ticketNotes.noteClosing');
  });

  it('goes on with the other requests where one of them can not be ended, and with the other tickets', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const [hers, his] = [await active(world, machine), await active(world, machine, 'bob')];
    const third = await active(world, machine, 'bob', 'INC-7');
    await world.inside.ticketNotes.noteClosing(closing(world));
    await world.inside.ticketNotes.noteClosing(closing(world, { ticket: 'INC-7', key: 'l' }));
    world.faults.at('records.commit');
    await expect(driveClosings(world)).rejects.toThrow(/on purpose/);
    const asked = await Promise.all(
      [hers, his, third].map(
        async ({ id }) => (await world.inside.records.read(id))?.endRequested !== undefined,
      ),
    );
    expect(asked.filter(Boolean)).toHaveLength(2);
    expect(asked[2]).toBe(true);
    await driveClosings(world);
    expect(await world.inside.ticketNotes.closings()).toEqual([]);
  });
});
