/** Several grants of one principal, and access entries that somebody else made. */
import { describe, expect, it } from 'vitest';
import { memoryRoles } from '#adapters/memory/world.ts';
import { type EntryKey, entryContent } from '#domain/access-entry.ts';
import { closeGrant } from '#operations/close-grant.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers, standingBindings } from './world-view.ts';

const key: EntryKey = {
  eksName: 'payments-prod',
  region: 'us-east-1',
  principalArn: memoryRoles.developer.arn,
};

async function granted(
  world: ReturnType<typeof aWorld>,
  machine: Machine,
  who: 'alice' | 'bob',
  seconds: number,
) {
  const request = await ask(world, who, { seconds });
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  expect(await statusOf(world, request)).toBe('active');
  return request;
}

describe('two grants in one role (N19)', () => {
  it.each([
    [60, 300],
    [300, 60],
  ])('keep the entry until both are over: %i s and %i s', async (first, second) => {
    const world = aWorld();
    const machine = new Machine(world);
    await granted(world, machine, 'alice', first);
    await granted(world, machine, 'bob', second);
    const made = (await world.inside.entries.describe(key))?.entryArn;
    await machine.pass(100);
    expect(standingBindings(world)).toHaveLength(1);
    expect((await world.inside.entries.describe(key))?.entryArn).toBe(made);
    await machine.pass(260);
    expect(await leftovers(world)).toEqual([]);
    expect(world.faults.calls.filter((point) => point === 'entries.create')).toHaveLength(1);
  });

  it('make a new entry after the first was deleted', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    await granted(world, machine, 'alice', 60);
    await machine.pass(70);
    expect(await world.inside.entries.describe(key)).toBeUndefined();
    await granted(world, machine, 'alice', 60);
    expect(await world.inside.entries.describe(key)).toBeDefined();
    await machine.pass(70);
    expect(await leftovers(world)).toEqual([]);
  });

  it('opened while the other one closes, the second still has its entry', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const first = await granted(world, machine, 'alice', 3600);
    await machine.pass(40);
    const second = await ask(world, 'bob', { seconds: 3600 });
    await machine.run();
    await answerByMail(world, second);
    await revokeGrant(world, { caller: aCaller('alice'), id: first.id, reason: 'done' });
    await machine.run();
    expect(await statusOf(world, first)).toBe('revoked');
    expect(await statusOf(world, second)).toBe('active');
    expect(await world.inside.entries.describe(key)).toBeDefined();
  });
});

it.each(['deleted', 'replaced by one that looks the same'])(
  'an entry that was %s by hand is made anew for the next grant, and only what we made is deleted',
  async (how) => {
    const world = aWorld();
    const machine = new Machine(world);
    await granted(world, machine, 'alice', 60);
    const made = (await world.inside.entries.describe(key))?.entryArn;
    await world.inside.entries.delete(key);
    const planted =
      how === 'deleted'
        ? undefined
        : world.inside.entries.plant(key, { ...entryContent(memoryRoles.developer, 'other'), tags: {} });
    await granted(world, machine, 'bob', 60);
    const standing = await world.inside.entries.describe(key);
    expect(standing?.entryArn).not.toBe(made);
    const item = await world.inside.ledger.read(key);
    expect(item).toMatchObject({ entryArn: standing?.entryArn, owned: planted === undefined });
    await machine.pass(70);
    expect(await world.inside.entries.describe(key)).toEqual(planted);
    expect(standingBindings(world)).toEqual([]);
  },
);

describe('an entry that Curfew did not make (N36)', () => {
  it('is left as it was, and the request is refused with the command that mends it', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const planted = world.inside.entries.plant(key);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    await machine.pass(60);
    const record = await world.inside.records.read(request.id);
    expect(record?.status).toBe('failed');
    expect(record?.ending?.reason).toContain(
      `aws eks delete-access-entry --cluster-name payments-prod --principal-arn ${key.principalArn}`,
    );
    expect(await world.inside.entries.describe(key)).toEqual(planted);
    expect(world.faults.calls).not.toContain('entries.delete');
  });

  it('is used and never deleted where it carries our form of username', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const planted = world.inside.entries.plant(key, {
      ...entryContent(memoryRoles.developer, 'other'),
      tags: {},
    });
    await granted(world, machine, 'alice', 60);
    await machine.pass(70);
    expect(await world.inside.entries.describe(key)).toEqual(planted);
    expect(standingBindings(world)).toEqual([]);
  });

  it('that replaced ours behind our back is not deleted', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await granted(world, machine, 'alice', 60);
    const planted = world.inside.entries.plant(key, { ...entryContent(memoryRoles.developer, 'memory') });
    await machine.pass(70);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await world.inside.entries.describe(key)).toEqual(planted);
  });
});

describe('a stuck delete of an entry', () => {
  it('is left alone while its lease runs, and finished by the next one after it', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const first = await granted(world, machine, 'alice', 60);
    world.faults.at('entries.delete', 'every', 'before');
    world.faults.at('entries.describe', 'every', 'before');
    await machine.pass(58);
    machine.stop(first.id);
    world.faults.clear();
    const second = await ask(world, 'bob');
    await machine.run();
    await answerByMail(world, second);
    await machine.pass(240);
    expect(await statusOf(world, first)).toBe('revoked');
    expect(await leftovers(world)).toEqual([]);
  });
});

it('closing again what is closed changes nothing', async () => {
  const world = aWorld();
  const machine = new Machine(world);
  const request = await granted(world, machine, 'alice', 60);
  await machine.pass(70);
  const before = await world.inside.records.read(request.id);
  const unbound = { unboundAt: world.inside.clock.now(), found: false };
  expect(await closeGrant(world, { requestId: request.id, unbound })).toEqual({ status: 'revoked' });
  expect(await world.inside.records.read(request.id)).toEqual(before);
});
