/** What waits for one's answer, and what else the one who asks has: for those who answer, and for nobody else. */
import { describe, expect, it } from 'vitest';
import type { Caller } from '#domain/identity.ts';
import { openGrant } from '#operations/open-grant.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { aCaller } from '../builders/caller.ts';
import { stored } from '../builders/world.ts';
import { aDoor, type Door, submission } from './signed-call.ts';

const alice = aCaller('alice');
const rita = aCaller('rita');
const rob = aCaller('rob');
const pat = aCaller('pat');

const waiting = async (door: Door, as: Caller) =>
  (await (await door.get('/v1/requests?scope=waiting', as)).json()).items.map(({ id }) => id);

async function asked(door: Door, as: Caller = alice, more: object = {}) {
  return (await door.post('/v1/requests', { ...submission, ...more }, as)).json();
}

describe('what waits for one', () => {
  it('is what one can review, and not what one asked for, may only end, or can only see', async () => {
    const door = aDoor();
    const { id } = await asked(door);
    expect(await waiting(door, rita)).toEqual([id]);
    for (const other of [alice, pat, aCaller('bob'), aCaller('ci')])
      expect(await waiting(door, other)).toEqual([]);
  });

  it('is not what one has answered, which goes on waiting for the others', async () => {
    const door = aDoor();
    const { id, digest } = await asked(door, alice, { role: 'deployer' });
    await door.post(`/v1/requests/${id}/reviews`, { answer: 'approve', digest }, rita);
    expect(await waiting(door, rita)).toEqual([]);
    expect(await waiting(door, rob)).toEqual([id]);
  });

  it('is not what was decided, or can no longer be answered', async () => {
    const door = aDoor();
    const { id, digest } = await asked(door);
    const late = await asked(door, aCaller('bob'));
    await door.post(`/v1/requests/${id}/reviews`, { answer: 'deny', digest }, rita);
    expect(await waiting(door, rob)).toEqual([late.id]);
    door.world.inside.clock.advanceTo(late.reviewBy);
    expect(await waiting(door, rob)).toEqual([]);
  });

  it('is an after-review of others once the access is over, of operators once it is overdue', async () => {
    const door = aDoor();
    const { id } = await asked(door, alice, { role: 'deployer', breakGlass: true });
    await openGrant(door.world, { requestId: id });
    expect(await waiting(door, rita)).toEqual([]);
    const second = await asked(door, aCaller('bob'), { role: 'deployer', breakGlass: true });
    await revokeGrant(door.world, { caller: aCaller('bob'), id: second.id, reason: 'not needed any more' });
    expect(await waiting(door, rita)).toEqual([second.id]);
    expect(await waiting(door, pat)).toEqual([]);
    door.world.inside.clock.advance(25 * 3_600_000);
    expect(await waiting(door, pat)).toEqual([second.id]);
    expect(await waiting(door, aCaller('bob'))).toEqual([]);
  });
});

describe('what else the one who asks has', () => {
  it('is told to those who answer while they can, and not to the one who asks', async () => {
    const door = aDoor();
    const live = await stored(door.world.records, { status: 'active' });
    await stored(door.world.records, { status: 'revoked' });
    await stored(door.world.records, { status: 'active', caller: aCaller('bob') });
    const { id, digest } = await asked(door, alice, { role: 'deployer' });
    const holdsFor = async (as: Caller) => (await (await door.get(`/v1/requests/${id}`, as)).json()).holds;
    const { role, cluster, namespaces } = live.asked;
    const expiresAt = live.grant?.expiresAt;
    expect(await holdsFor(rita)).toEqual([
      { id: live.id, status: 'active', role, cluster, namespaces, expiresAt },
    ]);
    expect(await holdsFor(alice)).toBeUndefined();
    await door.post(`/v1/requests/${id}/reviews`, { answer: 'deny', digest }, rita);
    expect(await holdsFor(rita)).toBeUndefined();
  });
});
