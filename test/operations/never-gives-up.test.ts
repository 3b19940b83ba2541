/** A revocation that fails for ever, until what kept it from working heals: then it is revoked by itself. */
import { describe, expect, it } from 'vitest';
import { chainFault } from '#domain/audit-event.ts';
import { Unavailable } from '#domain/errors.ts';
import { msBetween, after as plus } from '#domain/instant.ts';
import { isTryDue, noteStanding } from '#domain/transitions/note-standing.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { aRequest } from '../builders/request.ts';
import { aWorld, stored } from '../builders/world.ts';
import { statusOf } from './story.ts';
import { leftovers } from './world-view.ts';

const createdAt = '2026-11-21T05:00:00.000Z';

async function overdue(count: number) {
  const world = aWorld();
  world.inside.clusterLeg.connect((plan) => unbindRole(world, plan));
  const requests = [];
  for (let n = 0; n < count; n++)
    requests.push(await stored(world.inside.records, { status: 'active', createdAt }));
  const minute = async () => {
    const calls = world.faults.calls.length;
    const swept = await sweepGrants(world);
    world.inside.clock.advance(60_000);
    return {
      swept,
      tried: world.faults.calls.slice(calls).filter((point) => /^clusterLeg\.unbind/.test(point)).length,
    };
  };
  return { world, requests, minute };
}

describe('a grant that can not be ended', () => {
  it('is revoked within a minute after what kept it heals, after ten thousand failures in a row', async () => {
    const { world, requests, minute } = await overdue(1);
    const [request] = requests as [(typeof requests)[0]];
    world.faults.at('clusterLeg.unbind', 'every');
    for (let n = 0; n < 10_000; n++) {
      const { tried } = await minute();
      expect(tried).toBe(1);
    }
    const stuck = await world.inside.records.read(request.id);
    expect(stuck).toMatchObject({
      status: 'revoking',
      standing: { since: '2026-11-21T08:00:00.000Z', reason: expect.stringContaining('failed on purpose') },
    });
    // What is said once is not said ten thousand times.
    expect(stuck?.audit.seq).toBeLessThan(12);
    const counted = (name: string) =>
      world.inside.metrics.counted.filter((one) => one.name === name && one.value > 0);
    expect(counted('RevocationFailed')).toHaveLength(10_000);
    expect(counted('Stuck')).toHaveLength(10_000);
    world.faults.clear();
    await minute();
    const record = await world.inside.records.read(request.id);
    expect(record?.status).toBe('revoked');
    expect(record?.standing).toBeUndefined();
    expect(chainFault(await world.inside.records.events(request.id))).toBeUndefined();
    expect(await leftovers(world)).toEqual([]);
  }, 60_000);

  it('says so from the first failure on, and says the new reason when it changes', async () => {
    const { world, requests, minute } = await overdue(1);
    const [request] = requests as [(typeof requests)[0]];
    world.faults.at('clusterLeg.unbind', 'every');
    await minute();
    expect(world.inside.metrics.counted).toContainEqual({ name: 'RevocationFailed', value: 1 });
    expect((await world.inside.records.read(request.id))?.standing?.reason).toMatch(
      /clusterLeg.unbind failed/,
    );
    world.faults.clear();
    world.faults.at('ledger.release', 'every');
    for (let n = 0; n < 20; n++) await minute();
    expect((await world.inside.records.read(request.id))?.standing).toMatchObject({
      since: '2026-11-21T08:00:00.000Z',
      reason: expect.stringMatching(/ledger.release failed/),
    });
  });

  it('is tried ever more seldom beside others of its cluster, but for the newest', async () => {
    const { world, minute } = await overdue(30);
    let plans = 0;
    world.inside.clusterLeg.connect(async () => {
      plans += 1;
      throw new Unavailable('The cluster does not answer.');
    });
    const triedInFull: number[] = [];
    for (let n = 0; n < 60; n++) {
      plans = 0;
      await minute();
      expect([1, 30]).toContain(plans);
      if (plans === 30) triedInFull.push(n);
    }
    expect(triedInFull).toEqual([0, 1, 2, 3, 4, 8, 15, 30, 45]);
  });

  it('ends in the same minute as the newest of its cluster does', async () => {
    const { world, requests, minute } = await overdue(30);
    world.faults.at('clusterLeg.unbind', 'every');
    world.faults.at('clusterLeg.unbindAll', 'every');
    for (let n = 0; n < 21; n++) await minute();
    world.faults.clear();
    expect((await minute()).tried).toBe(2);
    for (const request of requests) expect(await statusOf(world, request)).toBe('revoked');
  });
});

describe('the tries of what could not be ended', () => {
  const since = '2026-11-21T08:00:00.000Z';
  const standing = { since, at: since, reason: 'because' };
  const request = aRequest({ status: 'revoking', changes: { standing } });
  const triedAt = (jitterMs: number) =>
    Array.from({ length: 61 }, (_, minute) => minute).filter((minute) =>
      isTryDue(request, plus(since, minute * 60_000 + jitterMs)),
    );

  it('come in the same minutes whenever in them the sweeps run', () => {
    for (const jitter of [-2_000, 0, 2_000, 20_000])
      expect(triedAt(jitter).filter((minute) => minute > 0)).toEqual([1, 2, 3, 4, 8, 15, 30, 45, 60]);
  });

  it('are noted when the reason changes, and not for each that takes turns', () => {
    expect(noteStanding(request, 'because', plus(since, 10 * 3_600_000))).toBeUndefined();
    expect(noteStanding(request, 'otherwise', plus(since, 60_000))).toBeUndefined();
    const noted = noteStanding(request, 'otherwise', plus(since, 15 * 60_000))?.request.standing;
    expect(noted).toEqual({ since, at: plus(since, 15 * 60_000), reason: 'otherwise' });
    expect(noteStanding(aRequest({ status: 'revoked' }), 'because', since)).toBeUndefined();
    expect(msBetween(since, noted?.at ?? since)).toBe(900_000);
  });
});
