/** Signals about a person: who may send them, what they add up to, and what they end. */
import { describe, expect, it } from 'vitest';
import { memoryRoles } from '#adapters/memory/world.ts';
import { NotAllowed } from '#domain/errors.ts';
import { callerOf } from '#domain/identity.ts';
import { takeSignal } from '#operations/take-signal.ts';
import { aCaller, nobodyKnown } from '../builders/caller.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers, standingBindings } from './world-view.ts';

const watcher = callerOf(memoryRoles.ci, 'device-management', nobodyKnown);

function guarded() {
  const world = aWorld();
  Object.assign(world.catalog.risk, {
    endFrom: 80,
    signals: {
      'device-lost': { points: 80, from: [memoryRoles.ci.arn] },
      'odd-hours': { points: 30, from: [memoryRoles.ci.arn] },
    },
  });
  return { world, machine: new Machine(world) };
}

async function active() {
  const { world, machine } = guarded();
  const request = await ask(world);
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  expect(await statusOf(world, request)).toBe('active');
  return { world, machine, request };
}

const about = (signal: string, person = 'alice@example.com') => ({ caller: watcher, signal, person });

describe('a signal', () => {
  it('that makes a grant too risky ends it at once, with everything on record', async () => {
    const { world, machine, request } = await active();
    const taken = await takeSignal(world, { ...about('device-lost'), note: 'reported stolen' });
    expect(taken.requests).toMatchObject([{ id: request.id, ended: true }]);
    await machine.run();
    expect(standingBindings(world)).toEqual([]);
    await machine.pass(2);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await leftovers(world)).toEqual([]);
    const events = await world.inside.records.events(request.id);
    expect(events.find(({ type }) => type === 'signalled')).toMatchObject({
      actor: `${memoryRoles.ci.arn}/device-management`,
      facts: { signal: 'device-lost', points: 80, reason: 'device-lost: reported stolen' },
    });
    expect(events.find(({ type }) => type === 'end-requested')?.facts.reason).toMatch(
      /grown to .* \(device-lost\); 80/,
    );
  });

  it('below the limit is kept on record, and counts once however often it comes', async () => {
    const { world, request } = await active();
    const [first, again] = [
      await takeSignal(world, about('odd-hours')),
      await takeSignal(world, about('odd-hours')),
    ];
    expect(first).toEqual(again);
    const record = await world.inside.records.read(request.id);
    expect(record).toMatchObject({ status: 'active', signals: [{ name: 'odd-hours', points: 30 }] });
    expect(record?.signals).toHaveLength(1);
    expect(first.requests).toMatchObject([{ risk: (record?.decision.risk.score ?? 0) + 30, ended: false }]);
  });

  it('denies what is approved and not opened yet, and lets reviewers decide on what is pending', async () => {
    const { world, machine } = guarded();
    const request = await ask(world);
    await machine.run();
    expect((await takeSignal(world, about('device-lost'))).requests).toMatchObject([
      { status: 'pending', ended: false },
    ]);
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('denied');
    expect((await world.inside.records.read(request.id))?.history.at(-1)?.reason).toMatch(/risk has grown/);
  });

  it('is about one person, under all of their names', async () => {
    const { world, request } = await active();
    expect((await takeSignal(world, about('device-lost', 'bob@example.com'))).requests).toEqual([]);
    world.catalog.people = { 'alice@example.com': { aliases: ['asmith'] } };
    expect((await takeSignal(world, about('device-lost', 'ASmith'))).requests).toMatchObject([
      { id: request.id },
    ]);
  });

  it.each([
    ['somebody who is not listed', { ...about('device-lost'), caller: aCaller('alice') }],
    ['an operator', { ...about('device-lost'), caller: aCaller('pat') }],
    ['nobody, since there is no such signal', about('constructor')],
  ])('is not taken from %s, and leaves no trace', async (_, input) => {
    const { world, request } = await active();
    const before = await world.inside.records.read(request.id);
    await expect(takeSignal(world, input)).rejects.toThrow(NotAllowed);
    expect(await world.inside.records.read(request.id)).toEqual(before);
  });
});
