/** Starts and extensions over the API: every answer is one that the OpenAPI document states, in each status on the way. */
import { describe, expect, it } from 'vitest';
import { openGrant } from '#operations/open-grant.ts';
import { aCaller } from '../builders/caller.ts';
import { aRequest } from '../builders/request.ts';
import { aWorld, stored } from '../builders/world.ts';
import { aDoor, submission } from './signed-call.ts';

const alice = aCaller('alice');
const startsAt = '2026-11-21T15:00:00+01:00';

describe('a request with a start', () => {
  it('is shown with it in UTC, and with its timeline once it waits for that start', async () => {
    const door = aDoor(aWorld());
    const body = { ...submission, role: 'event-reader', startsAt };
    const { id, asked } = await (await door.post('/v1/requests', body, alice)).json();
    expect(asked.startsAt).toBe('2026-11-21T14:00:00.000Z');
    await expect(openGrant(door.world, { requestId: id })).rejects.toMatchObject({ name: 'NotDue' });
    const { request, events } = await (await door.get(`/v1/requests/${id}`, alice)).json();
    expect(request.status).toBe('scheduled');
    expect(events.at(-1)).toMatchObject({ type: 'scheduled', actor: 'curfew:OpenGrant' });
  });

  it.each(['2026-11-21T15:00:00', '15:00', '2026-02-30T15:00:00Z', 1])(
    'is refused where it starts at %j',
    async (at) => {
      const response = await aDoor(aWorld()).post('/v1/requests', { ...submission, startsAt: at }, alice);
      expect(response.status).toBe(400);
      expect((await response.json()).details.faults).toMatchObject([{ path: 'startsAt' }]);
    },
  );
});

describe('extending', () => {
  it('answers with a request of its own: 201, and 200 for a repeat with the same key', async () => {
    const door = aDoor(aWorld());
    const { id, grant } = await stored(door.world.records, { status: 'active' });
    const headers = { 'idempotency-key': 'once' };
    const path = `/v1/requests/${id}/extend`;
    const first = await door.post(path, { duration: '30m' }, alice, headers);
    expect(first.status).toBe(201);
    const made = await first.json();
    expect(made).toMatchObject({
      firstStart: grant?.activatedAt,
      asked: { extends: id, startsAt: grant?.expiresAt, durationSeconds: 1800 },
    });
    const again = await door.post(path, { duration: '30m' }, alice, headers);
    expect({ status: again.status, id: (await again.json()).id }).toEqual({ status: 200, id: made.id });
    const second = await door.post(path, { duration: '30m' }, alice);
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ code: 'WrongStatus', details: { requestId: made.id } });
  });

  it.each([
    ['nothing', {}, 400],
    ['a start', { duration: '30m', startsAt }, 400],
    ['another role', { duration: '30m', role: 'deployer' }, 400],
    ['more than the role allows', { duration: '9h' }, 403],
  ])('with %s is refused', async (_, body, status) => {
    const door = aDoor(aWorld());
    const { id } = await stored(door.world.records, { status: 'active' });
    expect((await door.post(`/v1/requests/${id}/extend`, body, alice)).status).toBe(status);
  });

  it("what nobody knows, or what is another person's, is refused", async () => {
    const door = aDoor(aWorld());
    const { id } = await stored(door.world.records, { status: 'active' });
    const body = { duration: '30m' };
    expect((await door.post(`/v1/requests/${aRequest().id}/extend`, body, alice)).status).toBe(404);
    expect((await door.post(`/v1/requests/${id}/extend`, body, aCaller('bob'))).status).toBe(403);
  });
});
