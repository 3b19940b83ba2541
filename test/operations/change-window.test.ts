/** A change window sets when access begins and ends: for people who sign and for tickets that ask, not for jobs, and never against somebody's own start. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { RequestRefused } from '#domain/errors.ts';
import { after as later } from '#domain/instant.ts';
import { submitFor } from '#operations/submit-for.ts';
import { aCaller } from '../builders/caller.ts';
import { aSource } from '../builders/webhooks.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { standingBindings } from './world-view.ts';

const now = '2026-11-21T08:00:00.000Z';
const minute = 60_000;

/** A window that begins and ends so many minutes from now. */
function within(from: number, to: number) {
  const world = aWorld();
  world.catalog.ticketing.sources.jira = aSource('jira', {
    host: 'example.atlassian.net',
    apiSecretName: 'curfew/jira-api',
    live: { assignedToRequester: false, changeWindow: true },
  });
  const window = { from: later(now, from * minute), to: later(now, to * minute) };
  world.inside.tickets.put('jira', 'PAY-17', { open: true, states: ['Approved'], assignees: [], window });
  expect(world.inside.clock.now()).toBe(now);
  return { world, window };
}

const asking = (world: MemoryWorld, more: Parameters<typeof ask>[2] = {}) =>
  ask(world, 'alice', { ticket: 'PAY-17', seconds: 1800, ...more });

describe('what is asked for before its window', () => {
  it('begins with it, and says so', async () => {
    const { world, window } = within(60, 120);
    const { asked, decision } = await asking(world);
    expect(asked).toMatchObject({ startsAt: window.from, durationSeconds: 1800 });
    expect(decision.reasons).toContain(`It starts at ${window.from}, as the change window of PAY-17 says.`);
  });

  it('ends with it at the latest', async () => {
    const { world, window } = within(60, 70);
    const { asked, decision } = await asking(world);
    expect(asked).toMatchObject({ startsAt: window.from, durationSeconds: 600 });
    expect(decision.reasons).toContain(
      `It starts at ${window.from} and ends at ${window.to}, as the change window of PAY-17 says.`,
    );
  });

  it('by a ticket that asks does so as well', async () => {
    const { world, window } = within(60, 120);
    const { request } = await submitFor(world, {
      person: 'alice@example.com',
      by: { kind: 'ticket', source: 'jira', ticket: 'PAY-17', user: 'jira:1' },
      asked: {
        ...{ cluster: 'payments-prod', namespaces: ['payments'], role: 'pod-reader', reason: 'x' },
        ...{ durationSeconds: 1800, ticket: 'PAY-17' },
      },
      idempotencyKey: 'k',
    });
    expect(request.asked.startsAt).toBe(window.from);
  });
});

describe('what is asked for within its window', () => {
  it('is left alone where there is room, and its clock begins when it is given', async () => {
    const { world } = within(-60, 60);
    const { asked, decision } = await asking(world);
    expect(asked).not.toHaveProperty('startsAt');
    expect(asked.durationSeconds).toBe(1800);
    expect(decision.reasons.join()).not.toMatch(/change window/);
  });

  it('is gone when the window ends, however late it was approved', async () => {
    const { world, window } = within(-60, 10);
    const machine = new Machine(world);
    const request = await asking(world);
    expect(request.asked).toMatchObject({ startsAt: now, durationSeconds: 600 });
    expect(request.decision.reasons).toContain(
      `It ends at ${window.to}, as the change window of PAY-17 says.`,
    );
    await machine.run();
    await machine.pass(300);
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    expect((await world.inside.records.read(request.id))?.grant?.expiresAt).toBe(window.to);
    await machine.pass(310);
    expect(standingBindings(world)).toEqual([]);
  });
});

describe('a window', () => {
  it('that is over, or of no length, is refused in words', async () => {
    await expect(asking(within(-60, -1).world)).rejects.toThrow(/was to end at/);
    await expect(asking(within(0, 0).world)).rejects.toThrow(RequestRefused);
  });

  it('changes nothing of a start that somebody asks for: that is refused where it does not lie within', async () => {
    const { world } = within(60, 120);
    const startsAt = later(now, 70 * minute);
    expect((await asking(world, { startsAt })).asked).toMatchObject({ startsAt, durationSeconds: 1800 });
    await expect(asking(world, { startsAt: later(now, minute) })).rejects.toThrow(/begins at .*--at/);
    await expect(asking(world, { startsAt: later(now, 100 * minute) })).rejects.toThrow(/at most 20m/);
  });

  it('that can not be read sets nothing', async () => {
    const { world } = within(60, 120);
    world.inside.tickets.down.add('jira');
    await expect(asking(world)).rejects.toThrow(/could not be looked at/);
    world.inside.tickets.down.clear();
    world.inside.tickets.put('jira', 'PAY-17', { open: true, states: [], assignees: [] });
    await expect(asking(world)).rejects.toThrow(/no planned start and end/);
  });

  it('does not count where the catalog does not say so', async () => {
    const { world } = within(60, 120);
    const { jira } = world.catalog.ticketing.sources;
    if (jira?.live) jira.live.changeWindow = false;
    expect((await asking(world)).asked).not.toHaveProperty('startsAt');
  });

  it('holds up no emergency, and no job is made to wait for it', async () => {
    const { world } = within(60, 120);
    const urgent = await asking(world, { role: 'deployer', breakGlass: true });
    expect(urgent.asked).not.toHaveProperty('startsAt');
    const workload = { name: 'bot', kind: 'ci', issuer: 'i', runId: '1' } as const;
    const job = ask(world, { ...aCaller('ci'), workload }, { ticket: 'PAY-17', seconds: 600 });
    await expect(job).rejects.toThrow(/begins at .*--at/);
  });
});
