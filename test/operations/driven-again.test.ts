/** Effects outside the table that were lost are driven again by the sweep, from the record alone. */
import { describe, expect, it } from 'vitest';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers } from './world-view.ts';

describe('a minute after it was lost, the sweep drives again', () => {
  it.each(['pod-reader', 'event-reader'])('the start of the execution, for role %s', async (role) => {
    const world = aWorld();
    world.faults.at('executions.start');
    const { id } = await ask(world, 'alice', { role });
    expect(await world.inside.executions.status(id)).toBe('absent');
    world.inside.clock.advance(60_000);
    await sweepGrants(world);
    expect(await world.inside.executions.status(id)).toBe('running');
  });

  it("the execution's wake-up, once a request was answered", async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { seconds: 300 });
    await machine.run();
    world.faults.at('executions.succeed');
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('approved');
    world.inside.clock.advance(60_000);
    await sweepGrants(world);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    await machine.pass(310);
    expect(await leftovers(world)).toEqual([]);
  });

  it('the mails to the reviewers', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    world.faults.at('mailer.send', 'every');
    const request = await ask(world);
    await machine.run();
    expect(world.inside.mailer.sent).toEqual([]);
    world.faults.clear();
    world.inside.clock.advance(60_000);
    await sweepGrants(world);
    expect(world.inside.mailer.sent.map(({ to }) => to)).toEqual(['rita@example.com', 'rob@example.com']);
    await answerByMail(world, request);
  });

  it('the shipping of its events', async () => {
    const world = aWorld();
    const { id } = await ask(world);
    expect(world.inside.auditSink.objects.size).toBe(0);
    await sweepGrants(world);
    expect(await world.inside.records.unshipped(id)).toEqual([]);
    expect(world.inside.auditSink.objects.size).toBeGreaterThan(0);
  });
});
