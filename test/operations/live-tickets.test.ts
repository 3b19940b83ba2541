/** Tickets are looked at in their own system, when access is asked for and again when it is given (N13). */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import type { TicketSource } from '#domain/catalog-ticketing.ts';
import { RequestRefused } from '#domain/errors.ts';
import type { TicketFacts } from '#domain/ticket.ts';
import { simulateRequest } from '#operations/simulate-request.ts';
import { aCaller } from '../builders/caller.ts';
import { aSource } from '../builders/webhooks.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';

const good: TicketFacts = { open: true, states: ['In Progress'], assignees: ['alice@example.com'] };
type Live = Partial<NonNullable<TicketSource['live']>>;

function looking(live: Live = {}, facts: TicketFacts | undefined = good) {
  const world = aWorld();
  world.catalog.ticketing.sources.jira = aSource('jira', {
    host: 'example.atlassian.net',
    apiSecretName: 'curfew/jira-api',
    live: { assignedToRequester: false, changeWindow: false, ...live },
  });
  if (facts) world.inside.tickets.put('jira', 'PAY-17', facts);
  return { world, machine: new Machine(world) };
}

const asking = (world: MemoryWorld, more: Parameters<typeof ask>[2] = {}) =>
  ask(world, 'alice', { ticket: 'PAY-17', ...more });

const window = { from: '2026-11-21T09:00:00.000Z', to: '2026-11-21T10:00:00.000Z' };

describe('a ticket', () => {
  it('that is open lets the request go its way, looked at twice, by its one spelling', async () => {
    const { world, machine } = looking();
    const request = await asking(world, { ticket: ' pay-17' });
    await machine.run();
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    expect(world.inside.tickets.asked).toEqual(['jira PAY-17', 'jira PAY-17']);
  });

  it.each<[string, Live, TicketFacts | undefined, RegExp]>([
    [
      'that is closed',
      {},
      { ...good, open: false, states: ['Done'] },
      /PAY-17 is not open: it is Done in jira/,
    ],
    [
      'of somebody else',
      { assignedToRequester: true },
      { ...good, assignees: ['bob@example.com'] },
      /not assigned to you/,
    ],
    ['of nobody', { assignedToRequester: true }, { ...good, assignees: [] }, /not assigned to you/],
    [
      'that is not approved',
      { approvedStates: ['Approved', 'Scheduled'] },
      good,
      /it has to be Approved or Scheduled/,
    ],
    ['without a window', { changeWindow: true }, good, /no planned start and end/],
    [
      'whose window is over',
      { changeWindow: true },
      { ...good, window: { from: '2026-11-20T09:00:00.000Z', to: '2026-11-21T07:00:00.000Z' } },
      /was to end at 2026-11-21T07:00/,
    ],
  ])('%s is refused in words', async (_, live, facts, words) => {
    const { world } = looking(live, facts);
    await expect(asking(world)).rejects.toThrow(RequestRefused);
    await expect(asking(world)).rejects.toThrow(words);
  });

  it('that there is none of is refused', async () => {
    const { world } = looking();
    await expect(asking(world, { ticket: 'PAY-404' })).rejects.toThrow(/no ticket PAY-404 in jira/);
  });

  it.each<[string, Live, Partial<TicketFacts>]>([
    [
      'assigned to them by another of their names',
      { assignedToRequester: true },
      { assignees: ['557058:ALICE-ID'] },
    ],
    [
      'assigned to them and others',
      { assignedToRequester: true },
      { assignees: ['bob@example.com', 'Alice@Example.com'] },
    ],
    ['in one of the states', { approvedStates: ['approved'] }, { states: ['Implement', 'Approved'] }],
    [
      'with room in its window',
      { changeWindow: true },
      { window: { from: '2026-11-21T07:00:00.000Z', to: '2026-11-21T08:01:00.000Z' } },
    ],
  ])('%s is fine', async (_, live, facts) => {
    const { world } = looking(live, { ...good, ...facts });
    world.catalog.people = { 'alice@example.com': { aliases: ['557058:alice-id'] } };
    expect((await asking(world)).status).toBe('pending');
  });

  it('of a later start is compared with that', async () => {
    const { world } = looking({ changeWindow: true }, { ...good, window });
    expect((await asking(world, { startsAt: '2026-11-21T09:00:00.000Z' })).status).toBe('pending');
    await expect(asking(world, { startsAt: '2026-11-21T09:59:30.000Z' })).rejects.toThrow(/at most 30s/);
  });

  it("is nobody's where the identity is not sure: a session name that its caller chose counts for nothing (N43)", async () => {
    const { world } = looking({ assignedToRequester: true }, { ...good, assignees: ['build-42'] });
    await expect(ask(world, 'ci', { ticket: 'PAY-17' })).rejects.toThrow(/not assigned to you/);
  });

  it('that no system of the catalog knows is no way around', async () => {
    const { world } = looking();
    await expect(asking(world, { ticket: 'FREE-1' })).rejects.toThrow(/No ticket system .* like FREE-1/);
    expect(world.inside.tickets.asked).toEqual([]);
  });

  it('of a system that is not looked at is left alone', async () => {
    const { world } = looking();
    world.catalog.ticketing.sources.github = aSource('github');
    expect((await asking(world, { ticket: 'example/payments#17' })).status).toBe('pending');
    expect(world.inside.tickets.asked).toEqual([]);
  });

  it('is looked at for a simulation too', async () => {
    const { world } = looking({}, { ...good, open: false });
    const submission = {
      cluster: 'payments-prod',
      namespaces: ['payments'],
      role: 'pod-reader',
      duration: 60,
      reason: 'x',
      ticket: 'PAY-17',
    };
    const { decision } = await simulateRequest(world, { caller: aCaller('alice'), submission });
    expect(decision).toMatchObject({ outcome: 'refuse', matched: ['ticket'] });
  });
});

describe('between approval and grant (N13)', () => {
  it.each<[string, (world: MemoryWorld) => void, RegExp]>([
    [
      'the ticket is closed',
      (world) => world.inside.tickets.put('jira', 'PAY-17', { ...good, open: false }),
      /not open/,
    ],
    [
      'it is given to somebody else',
      (world) => world.inside.tickets.put('jira', 'PAY-17', { ...good, assignees: ['bob@example.com'] }),
      /not assigned/,
    ],
    ['its system goes down', (world) => world.inside.tickets.down.add('jira'), /did not answer as it should/],
  ])('%s: nothing is granted', async (_, happens, words) => {
    const { world, machine } = looking({ assignedToRequester: true });
    const request = await asking(world);
    await machine.run();
    happens(world);
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('denied');
    expect((await world.inside.records.read(request.id))?.history.at(-1)?.reason).toMatch(words);
  });
});

describe('a ticket system that can not be asked', () => {
  it('refuses what needs it, and is counted (N05)', async () => {
    const { world } = looking();
    world.inside.tickets.down.add('jira');
    await expect(asking(world)).rejects.toThrow(/could not be looked at, because jira did not answer/);
    expect(world.inside.metrics.counted).toContainEqual({ name: 'TicketUnreachable', value: 1 });
  });

  it.each<[string, (world: MemoryWorld) => void, RegExp]>([
    [
      'is down',
      (world) => world.inside.tickets.down.add('jira'),
      /^NOT CHECKED: Ticket PAY-17 could not be looked at/,
    ],
    [
      'says that it is closed',
      (world) => world.inside.tickets.put('jira', 'PAY-17', { ...good, open: false }),
      /^NOT CHECKED: .*is not open/,
    ],
  ])('and %s holds up no emergency; whoever looks back at it reads that', async (_, happens, words) => {
    const { world, machine } = looking();
    happens(world);
    const request = await asking(world, { role: 'deployer', breakGlass: true });
    expect(request.decision.outcome).toBe('approve');
    expect(request.decision.reasons.filter((reason) => words.test(reason))).toHaveLength(1);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
  });
});
