/** Break-glass over the API: every answer is one that the OpenAPI document states. */
import { describe, expect, it } from 'vitest';
import { openGrant } from '#operations/open-grant.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld } from '../builders/world.ts';
import { aDoor, type Door, submission } from './signed-call.ts';

const alice = aCaller('alice');
const rita = aCaller('rita');
const wanted = { ...submission, role: 'deployer', breakGlass: true, reason: 'Payments are down' };

/** Taken and, before anything of it stood, ended. */
async function over(door: Door): Promise<{ id: string; digest: string }> {
  const { id, digest } = await (await door.post('/v1/requests', wanted, alice)).json();
  await revokeGrant(door.world, { caller: alice, id, reason: 'not needed any more' });
  return { id, digest };
}

const yes = { verdict: 'accept', reason: 'As they told us at once' };

describe('break-glass', () => {
  it('is answered with what it set aside, whom it tells, and what stays open', async () => {
    const door = aDoor(aWorld());
    const response = await door.post('/v1/requests', wanted, alice);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      status: 'approved',
      asked: { breakGlass: true },
      decision: { matched: ['break-glass'], waived: ['role:deployer'] },
      notice: { to: expect.arrayContaining(['oncall@example.com']), sent: [] },
      afterReview: { from: ['payments-leads'], reminders: 0 },
    });
  });

  it('can be tried beforehand, and is in the catalog', async () => {
    const door = aDoor(aWorld());
    const tried = await (await door.post('/v1/simulate', wanted, alice)).json();
    expect(tried.decision).toMatchObject({ outcome: 'approve', waived: ['role:deployer'] });
    const { roles } = await (await door.get('/v1/catalog', alice)).json();
    expect(roles.map(({ name, breakGlass }) => [name, breakGlass?.maxDurationSeconds])).toEqual([
      ['deployer', 1800],
      ['event-reader', undefined],
      ['pod-reader', undefined],
    ]);
  });

  it.each([
    ['to a workload', aCaller('ci'), {}, 403],
    ['for a role without it', alice, { role: 'pod-reader' }, 403],
    ['with a start', alice, { startsAt: '2026-11-21T15:00:00Z' }, 403],
    ['written as text', alice, { breakGlass: 'true' }, 400],
  ])('is refused %s', async (_, caller, change, status) => {
    const door = aDoor(aWorld());
    expect((await door.post('/v1/requests', { ...wanted, ...change }, caller)).status).toBe(status);
  });
});

describe('the after-review', () => {
  const answer = (door: Door, id: string, body: object, caller = rita) =>
    door.post(`/v1/requests/${id}/after-review`, body, caller);

  it('is listed for its owners while it is open, shown with its timeline, and answered once', async () => {
    const door = aDoor(aWorld());
    const { id, digest } = await over(door);
    const open = async () => (await (await door.get('/v1/requests?scope=open', rita)).json()).items;
    expect(await open()).toMatchObject([{ id, status: 'denied' }]);
    const answered = await answer(door, id, { ...yes, digest });
    expect(answered.status).toBe(200);
    expect((await answered.json()).afterReview?.answer).toMatchObject({
      ...yes,
      reviewer: 'rita@example.com',
    });
    const { events } = await (await door.get(`/v1/requests/${id}`, rita)).json();
    expect(events.at(-1)).toMatchObject({
      type: 'after-reviewed',
      facts: { reason: `accepted: ${yes.reason}` },
    });
    expect((await answer(door, id, { ...yes, digest }, aCaller('rob'))).status).toBe(409);
    door.world.inside.clock.advance(60_000);
    await sweepGrants(door.world);
    expect(await open()).toEqual([]);
  });

  it('is nobody else’s to answer, and not before it is over', async () => {
    const door = aDoor(aWorld());
    const { id, digest } = await over(door);
    expect((await answer(door, id, { ...yes, digest }, alice)).status).toBe(403);
    expect((await answer(door, id, { ...yes, digest }, aCaller('bob'))).status).toBe(403);
    expect((await answer(door, id, { ...yes, digest }, aCaller('ci'))).status).toBe(403);
    expect((await answer(door, id, { ...yes, digest: '0'.repeat(64) })).status).toBe(409);
    const live = await (await door.post('/v1/requests', wanted, aCaller('bob'))).json();
    await openGrant(door.world, { requestId: live.id });
    expect((await answer(door, live.id, { ...yes, digest: live.digest })).status).toBe(409);
  });

  it.each([
    ['a reason', { verdict: 'accept' }],
    ['a verdict', { reason: 'x' }],
    ['a verdict that is known', { verdict: 'approve', reason: 'x' }],
  ])('is not understood without %s', async (_, body) => {
    const door = aDoor(aWorld());
    const { id, digest } = await over(door);
    expect((await answer(door, id, { ...body, digest })).status).toBe(400);
  });
});
