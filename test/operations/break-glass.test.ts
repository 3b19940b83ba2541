/** Break-glass as stories: granted at once, told loudly, open until somebody else has looked back at it. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { RequestRefused } from '#domain/errors.ts';
import { after as later, msBetween } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { extendGrant } from '#operations/extend-grant.ts';
import { orderKill } from '#operations/kill-orders.ts';
import { listRequests } from '#operations/list-requests.ts';
import { openGrant } from '#operations/open-grant.ts';
import { reviewAfterwards } from '#operations/review-afterwards.ts';
import { reviewByLink } from '#operations/review-by-link.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { showRequest } from '#operations/show-request.ts';
import { submitRequest } from '#operations/submit-request.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { aCaller, type PersonName } from '../builders/caller.ts';
import { aWorld, stored } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { ask, statusOf } from './story.ts';
import { leftovers } from './world-view.ts';

const told = ['oncall@example.com', 'pat@example.com', 'rita@example.com', 'rob@example.com'];
const hours = (n: number) => n * 3_600_000;

const take = (world: MemoryWorld, who: PersonName = 'alice', seconds = 300) =>
  ask(world, who, { role: 'deployer', seconds, breakGlass: true });

const recordOf = async (world: MemoryWorld, { id }: Pick<AccessRequest, 'id'>) =>
  (await world.inside.records.read(id)) ?? expect.fail(`There is no request ${id}.`);

const mailsTo = (world: MemoryWorld, about: RegExp) =>
  world.inside.mailer.sent.filter(({ subject }) => about.test(subject)).map(({ to }) => to);

/** Taken, used until its end, and gone. */
async function used(world: MemoryWorld, machine = new Machine(world)): Promise<AccessRequest> {
  const { id } = await take(world);
  await machine.pass(330);
  const request = await recordOf(world, { id });
  expect(request.status).toBe('revoked');
  return request;
}

async function sweepAfter(world: MemoryWorld, ms: number): Promise<void> {
  world.inside.clock.advance(ms);
  await sweepGrants(world);
}

async function answer(
  world: MemoryWorld,
  request: AccessRequest,
  who: PersonName = 'rita',
  verdict: 'accept' | 'dispute' = 'accept',
) {
  const { digest, id } = request;
  return reviewAfterwards(world, { caller: aCaller(who), id, verdict, reason: 'as told', digest });
}

describe('break-glass', () => {
  it('is in force at once, with the rule and its after-review on record and in the audit, and ends on time', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const { id } = await take(world);
    await machine.run();
    const request = await recordOf(world, { id });
    expect(request).toMatchObject({
      status: 'active',
      asked: { breakGlass: true },
      decision: { outcome: 'approve', matched: ['break-glass'], waived: ['role:deployer'] },
      reviews: [],
      afterReview: { from: ['payments-leads'] },
    });
    const [first] = await world.inside.records.events(id);
    expect(first).toMatchObject({
      type: 'submitted',
      facts: {
        asked: { breakGlass: true },
        decision: { matched: ['break-glass'], waived: ['role:deployer'] },
        afterReview: { from: ['payments-leads'], answerBy: request.afterReview?.answerBy },
        told,
      },
    });
    await machine.pass(330);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await leftovers(world)).toEqual([]);
  });

  it('is told to its list, the reviewers of the role and the operators, once', async () => {
    const world = aWorld();
    await used(world);
    expect(mailsTo(world, /^Break-glass/).sort()).toEqual(told);
  });

  it('is not what a request without it gets, and what a role without it gives', async () => {
    const world = aWorld();
    const usual = await ask(world, 'alice', { role: 'deployer', breakGlass: false });
    expect(usual).toMatchObject({ status: 'pending', decision: { outcome: 'review' } });
    expect(usual.afterReview ?? usual.notice ?? usual.asked.breakGlass).toBeUndefined();
    await expect(ask(world, 'alice', { breakGlass: true })).rejects.toThrow(RequestRefused);
    await expect(ask(world, 'ci', { role: 'deployer', breakGlass: true })).rejects.toThrow(/for people/);
  });

  it('stops before a kill switch, and is ended by one', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const before = await take(world);
    await orderKill(world, { caller: aCaller('pat'), scope: { kind: 'everything' }, reason: 'breach' });
    await machine.run();
    expect(await statusOf(world, before)).toBe('denied');
    await expect(take(world)).rejects.toThrow(/kill switch/);
  });

  it('is denied at its grant when the role does not allow it any more', async () => {
    const world = aWorld();
    const { id } = await take(world);
    delete world.catalog.roles.deployer?.breakGlass;
    await expect(openGrant(world, { requestId: id })).rejects.toThrow(/can't be had by break-glass/);
    expect((await recordOf(world, { id })).status).toBe('denied');
  });

  it("waits for a review that the organisation's policy asks for even so, is told meanwhile, and needs no other", async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const require = { reviews: [{ count: 1, from: ['payments-leads'] }] };
    world.inside.organisation.answer = async () => ({ version: 1, allow: true, reasons: [], require });
    const request = await take(world);
    await machine.run();
    expect(await statusOf(world, request)).toBe('pending');
    expect(mailsTo(world, /^Break-glass/).sort()).toEqual(told);
    const link = world.inside.mailer.sent.find(({ text }) => text.includes('/review/'));
    const secret = link?.text.split('/review/')[1] ?? '';
    await reviewByLink(world, { secret, answer: 'approve', digest: request.digest });
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    expect(world.inside.organisation.judged.map(({ request: { breakGlass } }) => breakGlass)).toEqual([
      true,
      true,
    ]);
  });

  it('goes on as an ordinary request only: an extension asks for its reviews', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const { id } = await take(world);
    await machine.run();
    const { request } = await extendGrant(world, { caller: aCaller('alice'), id, durationSeconds: 300 });
    expect(request).toMatchObject({ status: 'pending', decision: { outcome: 'review', reviewsNeeded: 2 } });
    expect(request.asked.breakGlass ?? request.afterReview).toBeUndefined();
  });

  it('can be seen and ended by whoever was told of it, and by nobody else', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const { id } = await take(world);
    await machine.run();
    await expect(showRequest(world, { caller: aCaller('bob'), id })).rejects.toThrow('no request');
    const end = (who: PersonName) => revokeGrant(world, { caller: aCaller(who), id, reason: 'not so' });
    await expect(end('bob')).rejects.toThrow(/Only the one who asked/);
    await end('rob');
    await machine.pass(10);
    expect((await recordOf(world, { id })).status).toBe('revoked');
  });
});

describe('the notice', () => {
  it('holds nothing up when no mail can be sent, and is sent by the sweep, without ending the grant early', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    world.faults.at('mailer.send', 'every');
    const { id } = await take(world);
    await machine.run();
    expect(await recordOf(world, { id })).toMatchObject({ status: 'active', notice: { sent: [], tries: 1 } });
    await machine.pass(120);
    expect(await recordOf(world, { id })).toMatchObject({ status: 'active', notice: { tries: 2 } });
    world.faults.clear();
    await machine.pass(150);
    const request = await recordOf(world, { id });
    expect(request).toMatchObject({ status: 'active', notice: { sent: told } });
    expect(request.notice?.sentAt).toBeDefined();
    expect(mailsTo(world, /^Break-glass/).sort()).toEqual(told);
  });

  it('reaches those who can be reached, and then only the others', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    world.faults.at('mailer.send');
    const { id } = await take(world);
    await machine.run();
    expect((await recordOf(world, { id })).notice?.sent).toHaveLength(told.length - 1);
    await machine.pass(120);
    expect(mailsTo(world, /^Break-glass/).sort()).toEqual(told);
  });

  it('is sent by the sweep where no execution ever ran', async () => {
    const world = aWorld();
    world.faults.at('executions.start', 'every');
    const request = await take(world);
    await sweepAfter(world, 60_000);
    expect(mailsTo(world, /^Break-glass/).sort()).toEqual(told);
    expect(await statusOf(world, request)).toBe('approved');
  });
});

describe('the after-review', () => {
  it('is open after the grant is gone, listed for its owners, and closed by one of them', async () => {
    const world = aWorld();
    const request = await used(world);
    const open = async (who: PersonName) =>
      (await listRequests(world, { caller: aCaller(who), scope: 'open', limit: 10 })).items.map(
        ({ id }) => id,
      );
    expect(await open('rita')).toEqual([request.id]);
    expect(await open('bob')).toEqual([]);
    await expect(answer(world, request, 'alice')).rejects.toThrow('Nobody reviews their own');
    await expect(answer(world, request, 'bob')).rejects.toThrow('does not review this');
    await answer(world, request);
    expect(await open('rita')).toEqual([]);
    await sweepAfter(world, hours(100));
    expect(mailsTo(world, /after-review/i)).toEqual([]);
  });

  it('that is disputed is told once more to all who were told of it, by the sweep', async () => {
    const world = aWorld();
    const request = await used(world);
    const before = world.inside.mailer.sent.length;
    await answer(world, request, 'rita', 'dispute');
    await sweepAfter(world, hours(0.1));
    const mails = world.inside.mailer.sent.slice(before);
    expect(mails.map(({ to }) => to)).toEqual(told);
    await sweepAfter(world, hours(100));
    expect(world.inside.mailer.sent).toHaveLength(before + told.length);
    expect(await recordOf(world, request)).toMatchObject({ status: 'revoked', notice: { sent: told } });
  });

  it('is answered by people only', async () => {
    const world = aWorld();
    const { id, digest } = await used(world);
    const ci = { caller: aCaller('ci'), id, verdict: 'accept' as const, reason: 'x', digest };
    await expect(reviewAfterwards(world, ci)).rejects.toThrow('Only people answer');
  });

  it('reminds its owners, and once it is overdue tells the operators and counts', async () => {
    const world = aWorld();
    const { id } = await used(world);
    const overdue = () =>
      world.inside.metrics.counted.filter(({ name }) => name === 'AfterReviewOverdue').length;
    await sweepAfter(world, hours(3));
    expect(mailsTo(world, /^After-review/)).toEqual(['rita@example.com', 'rob@example.com']);
    await sweepAfter(world, 60_000);
    expect(mailsTo(world, /^After-review/)).toHaveLength(2);
    expect(overdue()).toBe(0);
    await sweepAfter(world, hours(21));
    expect(mailsTo(world, /^Overdue/)).toEqual(['pat@example.com', 'rita@example.com', 'rob@example.com']);
    expect(overdue()).toBe(1);
    expect((await recordOf(world, { id })).status).toBe('revoked');
    const types = (await world.inside.records.events(id)).map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('after-review'))).toEqual([
      'after-review-reminded',
      'after-review-overdue',
    ]);
  });

  it('counts as overdue also while no mail can be sent, and is told once it can', async () => {
    const world = aWorld();
    const { id } = await used(world);
    world.faults.at('mailer.send', 'every');
    await sweepAfter(world, hours(25));
    expect(world.inside.metrics.counted).toContainEqual({ name: 'AfterReviewOverdue', value: 1 });
    world.faults.clear();
    await sweepAfter(world, 60_000);
    expect(mailsTo(world, /^Overdue/)).toHaveLength(3);
    expect((await recordOf(world, { id })).afterReview?.escalatedAt).toBeDefined();
  });

  it('that is overdue keeps this person from break-glass, and nobody else, until it is answered', async () => {
    const world = aWorld();
    const request = await used(world);
    world.inside.clock.advance(hours(25));
    await expect(take(world)).rejects.toThrow(`not been reviewed in time (${request.id})`);
    await take(world, 'bob');
    await answer(world, request, 'pat');
    await take(world);
  });

  it('that is overdue is not hidden by a hundred newer requests', async () => {
    const world = aWorld();
    await used(world);
    world.inside.clock.advance(hours(25));
    const createdAt = later(world.clock.now(), -hours(2));
    for (let i = 0; i < 101; i++) await stored(world.inside.records, { status: 'denied', createdAt });
    await expect(take(world)).rejects.toThrow(/not been reviewed in time/);
  });

  it('keeps an overdue one also from being opened that was asked for before', async () => {
    const world = aWorld();
    const { afterReview } = await used(world);
    world.inside.clock.advance(msBetween(world.clock.now(), afterReview?.answerBy ?? '') - 1000);
    const { id } = await take(world);
    world.inside.clock.advance(2000);
    await expect(openGrant(world, { requestId: id })).rejects.toThrow(/not been reviewed in time/);
  });
});

it('is part of what an idempotency key stands for', async () => {
  const world = aWorld();
  const submission = {
    cluster: 'payments-prod',
    namespaces: ['payments'],
    role: 'deployer',
    duration: 60,
    reason: 'Payments are down',
    ticket: 'INC-1',
  };
  const call = { caller: aCaller(), idempotencyKey: 'k' };
  await submitRequest(world, { ...call, submission });
  const glass = { ...call, submission: { ...submission, breakGlass: true } };
  await expect(submitRequest(world, glass)).rejects.toThrow(/another body/);
});
