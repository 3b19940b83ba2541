/** Grants with a start of their own: scheduled ones, and those that go on where another ends. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { after as plus } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { extendGrant } from '#operations/extend-grant.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { withdrawRequest } from '#operations/withdraw-request.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { breaches, leftovers, standingBindings } from './world-view.ts';

const begin = '2026-11-21T08:00:00.000Z';
const nameOf = ({ id }: AccessRequest) => `payments/curfew-${id.toLowerCase()}`;

async function approved(world: MemoryWorld, machine: Machine, request: AccessRequest): Promise<void> {
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
}

/** What stood when, at each look of about a second. */
async function watched(world: MemoryWorld, machine: Machine, until: string) {
  const looks: { at: string; names: string[] }[] = [];
  while (world.inside.clock.now() < until) {
    await machine.pass(1);
    expect(await breaches(world)).toEqual([]);
    looks.push({ at: world.inside.clock.now(), names: standingBindings(world) });
  }
  return looks;
}
const later = (seconds: number) => plus(begin, seconds * 1000);

describe('a grant that is to start later', () => {
  it('exists from its start on and not before, and ends when it was to end', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { startsAt: later(300), seconds: 120 });
    await approved(world, machine, request);
    expect(await statusOf(world, request)).toBe('scheduled');
    const looks = await watched(world, machine, later(500));
    const stood = looks.filter(({ names }) => names.length > 0);
    expect(stood[0]?.at).toBe(later(300));
    expect(looks.filter(({ at, names }) => at > later(301) && at < later(420) && names.length === 0)).toEqual(
      [],
    );
    expect((stood.at(-1)?.at ?? '') <= later(420)).toBe(true);
    const record = await world.inside.records.read(request.id);
    expect(record?.grant?.expiresAt).toBe(later(420));
    expect(record?.history.map(({ status }) => status)).toEqual([
      'pending',
      'approved',
      'scheduled',
      'granting',
      'active',
      'revoking',
      'revoked',
    ]);
    expect(await leftovers(world)).toEqual([]);
  });

  it('approved late is clipped: its end stays', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { startsAt: later(60), seconds: 300 });
    await machine.pass(200);
    await approved(world, machine, request);
    expect(await statusOf(world, request)).toBe('active');
    expect((await world.inside.records.read(request.id))?.grant?.expiresAt).toBe(later(360));
    await machine.pass(180);
    expect(await leftovers(world)).toEqual([]);
  });

  it('is never activated once its time is over (N29)', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { startsAt: later(60), seconds: 60 });
    await machine.pass(30);
    await answerByMail(world, request);
    machine.running = false;
    world.inside.clock.advance(91_000);
    machine.running = true;
    await machine.run();
    expect(await statusOf(world, request)).toBe('timed-out');
    expect(await leftovers(world)).toEqual([]);
  });

  it('can not be approved when nothing would be left of it', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { startsAt: later(60), seconds: 60 });
    expect(request.reviewBy).toBe(later(120));
    await machine.pass(130);
    expect(await statusOf(world, request)).toBe('timed-out');
  });

  it.each(['withdrawn', 'denied'] as const)('is %s before its start, and then never starts', async (how) => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { startsAt: later(300) });
    await approved(world, machine, request);
    const { id } = request;
    if (how === 'withdrawn') await withdrawRequest(world, { caller: aCaller('alice'), id });
    else await revokeGrant(world, { caller: aCaller('rita'), id, reason: 'a mistake' });
    const looks = await watched(world, machine, later(500));
    expect(looks.flatMap(({ names }) => names)).toEqual([]);
    expect(await statusOf(world, request)).toBe(how);
  });

  it('starts although its execution was lost and started anew by the sweep', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    world.faults.at('executions.start', 1, 'before');
    const request = await ask(world, 'alice', { startsAt: later(300) });
    await machine.pass(70);
    await approved(world, machine, request);
    await machine.pass(240);
    expect(await statusOf(world, request)).toBe('active');
  });
});

describe('an extension', () => {
  async function extended(seconds = 120) {
    const world = aWorld();
    const machine = new Machine(world);
    const first = await ask(world, 'alice', { seconds: 120 });
    await approved(world, machine, first);
    const caller = aCaller('alice');
    const { request: second } = await extendGrant(world, { caller, id: first.id, durationSeconds: seconds });
    return { world, machine, first, second, caller };
  }

  it('goes on where the grant ends: no second without access, and none beyond both', async () => {
    const { world, machine, first, second } = await extended();
    expect(second.asked).toEqual({ ...first.asked, startsAt: later(120), extends: first.id });
    await approved(world, machine, second);
    expect(await statusOf(world, second)).toBe('scheduled');
    const looks = await watched(world, machine, later(260));
    expect(looks.filter(({ at, names }) => at < later(240) && names.length === 0)).toEqual([]);
    expect(looks.filter(({ at, names }) => at > later(121) && names.includes(nameOf(first)))).toEqual([]);
    expect(looks.filter(({ at, names }) => at < later(90) && names.includes(nameOf(second)))).toEqual([]);
    expect(looks.filter(({ at, names }) => at > later(241) && names.length > 0)).toEqual([]);
    expect((await world.inside.records.read(second.id))?.grant?.expiresAt).toBe(later(240));
    expect(await leftovers(world)).toEqual([]);
  });

  it('can be extended again, counted from the first start', async () => {
    const { world, machine, second, caller } = await extended();
    await approved(world, machine, second);
    await machine.pass(130);
    const longest = world.catalog.roles['pod-reader']?.maxDuration ?? 0;
    const again = { caller, id: second.id };
    await expect(extendGrant(world, { ...again, durationSeconds: longest - 239 })).rejects.toMatchObject({
      name: 'RequestRefused',
    });
    const { request } = await extendGrant(world, { ...again, durationSeconds: longest - 240 });
    expect(request.firstStart).toBe(begin);
  });

  it('that nobody answers in time changes nothing for the grant', async () => {
    const { world, machine, first, second } = await extended();
    await machine.pass(130);
    expect(await statusOf(world, first)).toBe('revoked');
    expect(await statusOf(world, second)).toBe('timed-out');
    expect(await leftovers(world)).toEqual([]);
  });

  it.each([10, 100])(
    'does not start when the grant is ended early, %i s after its start',
    async (seconds) => {
      const { world, machine, first, second, caller } = await extended();
      await approved(world, machine, second);
      await machine.pass(seconds);
      await revokeGrant(world, { caller, id: first.id, reason: 'done' });
      await machine.run();
      expect(standingBindings(world)).toEqual([]);
      const looks = await watched(world, machine, later(500));
      expect(looks.flatMap(({ names }) => names)).toEqual([]);
      expect(await statusOf(world, first)).toBe('revoked');
      expect(['denied', 'revoked']).toContain(await statusOf(world, second));
      expect(await leftovers(world)).toEqual([]);
    },
  );

  it('that nobody has answered yet is over with the grant, so that nobody is asked for nothing', async () => {
    const { world, machine, first, second, caller } = await extended();
    await machine.run();
    await revokeGrant(world, { caller, id: first.id, reason: 'done' });
    expect(await statusOf(world, second)).toBe('denied');
    await machine.pass(300);
    expect(await leftovers(world)).toEqual([]);
  });

  it('does not start when a fault ended the grant early, though nobody told it', async () => {
    const { world, machine, first, second } = await extended();
    await approved(world, machine, second);
    machine.stop(first.id);
    await machine.pass(5);
    await sweepGrants(world, { requestId: first.id });
    await machine.pass(300);
    expect(await statusOf(world, second)).toBe('denied');
    expect(await leftovers(world)).toEqual([]);
  });

  it('is for the one who asked, in the same role, while the grant is in force, and once', async () => {
    const { world, machine, first, second, caller } = await extended();
    const input = { id: first.id, durationSeconds: 60 };
    await expect(extendGrant(world, { ...input, caller })).rejects.toThrow(`already, by ${second.id}`);
    for (const other of [aCaller('bob'), { ...caller, principal: aCaller('rita').principal }])
      await expect(extendGrant(world, { ...input, caller: other })).rejects.toMatchObject({
        name: 'NotAllowed',
      });
    await machine.pass(130);
    await expect(extendGrant(world, { ...input, caller })).rejects.toMatchObject({ name: 'WrongStatus' });
  });

  it('asked for twice with one key is one, also when the grant is over by then', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const first = await ask(world, 'alice', { seconds: 120 });
    await approved(world, machine, first);
    const input = { caller: aCaller('alice'), id: first.id, durationSeconds: 60, idempotencyKey: 'once' };
    const one = await extendGrant(world, input);
    await machine.pass(130);
    expect(await extendGrant(world, input)).toMatchObject({
      created: false,
      request: { id: one.request.id },
    });
    await expect(extendGrant(world, { ...input, durationSeconds: 61 })).rejects.toMatchObject({
      name: 'IdempotencyMismatch',
    });
  });
});
