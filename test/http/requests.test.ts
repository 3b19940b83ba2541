import { describe, expect, it } from 'vitest';
import type { Caller } from '#domain/identity.ts';
import { statuses } from '#domain/request.ts';
import { type RequestView, viewOf } from '#http/request-view.ts';
import { aCaller } from '../builders/caller.ts';
import { aRequest } from '../builders/request.ts';
import { stored } from '../builders/world.ts';
import { aDoor, type Door, submission } from './signed-call.ts';

const alice = aCaller('alice');
const rita = aCaller('rita');
const pat = aCaller('pat');

async function submitted(door: Door, as: Caller = alice): Promise<RequestView> {
  const response = await door.post('/v1/requests', submission, as);
  expect(response.status).toBe(201);
  return response.json();
}

const approval = (request: RequestView) => ({ answer: 'approve', digest: request.digest });

describe('asking for access', () => {
  it('makes a request for the one who signed, and starts its execution', async () => {
    const door = aDoor();
    const request = await submitted(door);
    expect(request).toMatchObject({
      status: 'pending',
      requester: { person: 'alice@example.com' },
      asked: { durationSeconds: 1800, reason: submission.reason },
      reviewers: ['rita@example.com', 'rob@example.com'],
    });
    expect(door.world.inside.executions.executions.has(request.id)).toBe(true);
  });

  it('answers a repeat with the same key by the same request, and makes no second one', async () => {
    const door = aDoor();
    const key = { 'idempotency-key': 'f3a1' };
    const first = await door.post('/v1/requests', submission, alice, key);
    const again = await door.post('/v1/requests', submission, alice, key);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect((await again.json()).id).toBe((await first.json()).id);
    expect(door.world.inside.records.requests.size).toBe(1);
  });

  it('refuses the same key for another body, and keeps keys of two people apart', async () => {
    const door = aDoor();
    const key = { 'idempotency-key': 'f3a1' };
    await door.post('/v1/requests', submission, alice, key);
    const other = await door.post('/v1/requests', { ...submission, duration: '1h' }, alice, key);
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ code: 'IdempotencyMismatch' });
    expect((await door.post('/v1/requests', submission, aCaller('bob'), key)).status).toBe(201);
  });

  it.each(['', 'two words', 'a,b', 'x'.repeat(129), 'k\u00e9y'])('refuses the key %j', async (key) => {
    const door = aDoor();
    const response = await door.post('/v1/requests', submission, alice, { 'idempotency-key': key });
    expect(response.status).toBe(400);
    expect((await response.json()).details.faults).toMatchObject([{ path: 'headers.idempotency-key' }]);
  });

  it('says why policy refuses, and where that is on record', async () => {
    const door = aDoor();
    const wrong = { ...submission, namespaces: ['vault'], duration: '9h' };
    const response = await door.post('/v1/requests', wrong, alice);
    expect(response.status).toBe(403);
    const problem = await response.json();
    expect(problem).toMatchObject({ code: 'RequestRefused', next: expect.stringContaining('/v1/catalog') });
    expect(problem.details.reasons).toHaveLength(2);
    expect(door.world.inside.records.requests.get(problem.details.requestId)?.status).toBe('denied');
  });
});

describe('reading requests', () => {
  it('shows one with its timeline to those it concerns, and to nobody else', async () => {
    const door = aDoor();
    const { id } = await submitted(door);
    for (const caller of [alice, rita, pat]) {
      const response = await door.get(`/v1/requests/${id}`, caller);
      expect(response.status).toBe(200);
      const { request, events } = await response.json();
      expect(request.id).toBe(id);
      expect(events.map((event: { type: string }) => event.type)).toEqual(['submitted']);
    }
    expect((await door.get(`/v1/requests/${id}`, aCaller('bob'))).status).toBe(404);
  });

  it('lists page by page until there is no cursor', async () => {
    const door = aDoor();
    for (let n = 0; n < 5; n++) await submitted(door);
    const seen: string[] = [];
    let cursor = '';
    do {
      const response = await door.get(`/v1/requests?limit=2${cursor && `&cursor=${cursor}`}`, alice);
      const page = await response.json();
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((item: RequestView) => item.id));
      cursor = page.cursor ?? '';
    } while (cursor);
    expect(new Set(seen).size).toBe(5);
  });

  it('lists what is open for a reviewer, and nothing of others for bob', async () => {
    const door = aDoor();
    await submitted(door);
    expect((await (await door.get('/v1/requests?scope=open', rita)).json()).items).toHaveLength(1);
    expect((await (await door.get('/v1/requests?scope=open', aCaller('bob'))).json()).items).toHaveLength(0);
  });

  it.each([
    ['limit=0', 'query.limit'],
    ['limit=101', 'query.limit'],
    ['limit=1e1', 'query.limit'],
    ['scope=all', 'query.scope'],
    ['scope=mine&scope=open', 'query.scope'],
    ['cursor=%20', 'query.cursor'],
    ['cursor=eyJhIjoxfQ', 'cursor'],
    ['requester=bob@example.com', 'query.requester'],
  ])('refuses the query %s', async (query, path) => {
    const response = await aDoor().get(`/v1/requests?${query}`, alice);
    expect(response.status).toBe(400);
    expect((await response.json()).details.faults).toMatchObject([{ path }]);
  });

  it.each(['1', '01kaj000000000000000000001', '01KAJ0000000000000000000U1', '..%2f'])(
    'refuses %s as an id',
    async (id) => {
      expect((await aDoor().get(`/v1/requests/${id}`, alice)).status).toBe(400);
    },
  );

  it('says that there is no such request', async () => {
    const response = await aDoor().get('/v1/requests/01KAJ000000000000000000001', alice);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining('01KAJ000000000000000000001'),
      next: expect.stringContaining('scope=mine'),
    });
  });
});

describe('the wire form', () => {
  it.each(statuses)('holds everything on record of a request that is %s, but the task token', (status) => {
    const waiting = {
      state: 'HoldGrant',
      taskToken: 'canary-token',
      since: '2026-11-21T08:00:00.000Z',
    } as const;
    const request = aRequest({ status, changes: { waiting } });
    const { waiting: _, ...shown } = request;
    expect(viewOf(request)).toEqual(shown);
    expect(JSON.stringify(viewOf(request))).not.toContain('canary-token');
  });
});

describe('answering', () => {
  it('takes a reviewer’s signed approval', async () => {
    const door = aDoor();
    const request = await submitted(door);
    const response = await door.post(`/v1/requests/${request.id}/reviews`, approval(request), rita);
    expect(await response.json()).toMatchObject({
      status: 'approved',
      reviews: [{ reviewer: 'rita@example.com', assurance: 'signed' }],
    });
  });

  it('takes no second answer, neither of the same reviewer nor of another', async () => {
    const door = aDoor();
    const request = await submitted(door);
    await door.post(`/v1/requests/${request.id}/reviews`, { ...approval(request), answer: 'deny' }, rita);
    for (const reviewer of [rita, aCaller('rob')]) {
      const response = await door.post(`/v1/requests/${request.id}/reviews`, approval(request), reviewer);
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({ code: 'WrongStatus' });
    }
    expect(door.world.inside.records.requests.get(request.id)?.status).toBe('denied');
  });

  it('takes no answer after the time to answer', async () => {
    const door = aDoor();
    const request = await submitted(door);
    door.world.inside.clock.advanceTo(request.reviewBy);
    const response = await door.post(`/v1/requests/${request.id}/reviews`, approval(request), rita);
    expect(response.status).toBe(409);
  });

  it.each(['active', 'revoked', 'withdrawn', 'timed-out'] as const)(
    'takes no answer once it is %s',
    async (status) => {
      const door = aDoor();
      const { id, digest } = await stored(door.world.records, { status });
      const response = await door.post(`/v1/requests/${id}/reviews`, { answer: 'approve', digest }, rita);
      expect(response.status).toBe(409);
      expect(door.world.inside.records.requests.get(id)?.status).toBe(status);
    },
  );

  it('takes no answer to something else than was shown', async () => {
    const door = aDoor();
    const { id } = await submitted(door);
    const wrong = { answer: 'approve', digest: 'f'.repeat(64) };
    expect((await door.post(`/v1/requests/${id}/reviews`, wrong, rita)).status).toBe(409);
    expect(door.world.inside.records.requests.get(id)?.reviews).toEqual([]);
  });
});

describe('taking back and ending', () => {
  it('lets the one who asked withdraw, with a reason or without, and nobody else', async () => {
    const door = aDoor();
    for (const body of [{}, { reason: 'Not needed any more' }]) {
      const { id } = await submitted(door);
      expect((await door.post(`/v1/requests/${id}/withdraw`, body, aCaller('bob'))).status).toBe(403);
      const response = await door.post(`/v1/requests/${id}/withdraw`, body, alice);
      expect(await response.json()).toMatchObject({ status: 'withdrawn' });
    }
  });

  it('lets requester, reviewer and operator end a grant, and nobody else', async () => {
    for (const caller of [alice, rita, pat]) {
      const door = aDoor();
      const { id } = await stored(door.world.records, { status: 'active' });
      const body = { reason: 'Ticket is closed' };
      expect((await door.post(`/v1/requests/${id}/revoke`, body, aCaller('bob'))).status).toBe(403);
      const response = await door.post(`/v1/requests/${id}/revoke`, body, caller);
      expect(await response.json()).toMatchObject({
        endRequested: { by: caller.person, reason: body.reason },
      });
    }
  });

  it('wants a reason for ending a grant', async () => {
    const door = aDoor();
    const { id } = await stored(door.world.records, { status: 'active' });
    expect((await door.post(`/v1/requests/${id}/revoke`, {}, alice)).status).toBe(400);
  });
});

describe('catalog, clusters and caller', () => {
  it('lists roles, and names reviewers only to those who are', async () => {
    const door = aDoor();
    const roleOf = async (caller: Caller) => {
      const { roles } = await (await door.get('/v1/catalog', caller)).json();
      return roles.find((role: { name: string }) => role.name === 'pod-reader');
    };
    expect(await roleOf(alice)).toMatchObject({ maxDurationSeconds: 14_400, reviewsNeeded: 1 });
    expect(JSON.stringify(await (await door.get('/v1/catalog', alice)).json())).not.toContain('@');
    expect(await roleOf(rita)).toMatchObject({ reviewers: ['rita@example.com', 'rob@example.com'] });
  });

  it('tells of each role what it lets one do in short, and to what it can lead', async () => {
    const { roles } = await (await aDoor().get('/v1/catalog', alice)).json();
    const roleOf = (name: string) => roles.find((role: { name: string }) => role.name === name);
    const inShort = expect.stringMatching(/^Can read pods, pod logs and services\. It can't read secrets/);
    expect(roleOf('pod-reader')).toMatchObject({ inShort, escalations: [] });
    const accepted = 'Rolling out is changing what runs.';
    const escalation = { id: 'E14-change-deployments', severity: 'high', outlives: true, accepted };
    const [found, ...more] = roleOf('deployer')?.escalations ?? [];
    expect(found).toMatchObject(escalation);
    expect(Object.keys(found ?? {}).sort()).toEqual([...Object.keys(escalation), 'title', 'why'].sort());
    expect(more).toEqual([]);
  });

  it('shows how a cluster is reached by its name in the catalog', async () => {
    const door = aDoor();
    expect(await (await door.get('/v1/clusters/payments-test', alice)).json()).toMatchObject({
      eksName: 'payments-test-eks',
      region: 'eu-west-1',
    });
    const missing = await door.get('/v1/clusters/nowhere', alice);
    expect(missing.status).toBe(400);
    expect((await missing.json()).detail).toContain('payments-prod');
  });

  it('says who signed, and who would get access', async () => {
    const door = aDoor();
    expect(await (await door.get('/v1/whoami', alice)).json()).toMatchObject({
      person: 'alice@example.com',
      subject: { kind: 'person' },
    });
    const ci = await (await door.get('/v1/whoami', aCaller('ci'))).json();
    expect(ci).toMatchObject({ sessionName: 'build-42', subject: { kind: 'principal' } });
    expect(ci).not.toHaveProperty('person');
  });
});
