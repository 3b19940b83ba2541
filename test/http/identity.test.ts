import { describe, expect, it } from 'vitest';
import { memoryAccount, memoryRoles } from '#adapters/memory/world.ts';
import { createApp, routes } from '#http/app.ts';
import { aCaller, signedBy } from '../builders/caller.ts';
import { aWorld } from '../builders/world.ts';
import { aDoor, stateOf, submission } from './signed-call.ts';

const alice = aCaller('alice');

const example = (path: string) =>
  path.replace('{id}', '01KAJ000000000000000000001').replace('{name}', 'payments-prod');

describe('who calls', () => {
  it.each(routes.map((route) => [route.method, route.path] as const))(
    'is asked first: an unsigned %s %s is refused before its input is looked at',
    async (method, path) => {
      const door = aDoor();
      const response = await door.call(method, example(path), method === 'POST' ? { body: 'not json' } : {});
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'IdentityRefused' });
      expect(door.world.inside.records.requests.size).toBe(0);
    },
  );

  it('is known only by the event: headers that name somebody count for nothing', async () => {
    const { userArn, callerId } = signedBy(alice);
    const headers = { 'x-amzn-user-arn': userArn, 'x-caller': callerId, authorization: `Bearer ${callerId}` };
    expect((await aDoor().call('GET', '/v1/whoami', { headers })).status).toBe(403);
  });

  it.each([
    ['an IAM user', { userArn: `arn:aws:iam::${memoryAccount}:user/alice`, caller: 'AIDAALICE' }],
    [
      'a federated user',
      { userArn: `arn:aws:sts::${memoryAccount}:federated-user/alice`, caller: `${memoryAccount}:alice` },
    ],
    ['the root user', { userArn: `arn:aws:iam::${memoryAccount}:root`, caller: memoryAccount }],
    [
      'a role that nobody knows',
      {
        userArn: `arn:aws:sts::${memoryAccount}:assumed-role/ghost/alice@example.com`,
        caller: 'AROAX:alice@example.com',
      },
    ],
    [
      'a role made anew under the same name',
      {
        userArn: signedBy(alice).userArn,
        caller: 'AROABEFORE0000000001:alice@example.com',
      },
    ],
    [
      'a session whose two names differ',
      { userArn: signedBy(alice).userArn, caller: `${memoryRoles.developer.roleId}:rita@example.com` },
    ],
  ])('is refused when it is %s', async (_who, identity) => {
    const app = createApp(aWorld(), { log: { error: () => {} } });
    const response = await app.request('/v1/whoami', {}, { event: { requestContext: { identity } } });
    expect(response.status).toBe(403);
  });

  it('is refused, not an error, when there is no event at all', async () => {
    const app = createApp(aWorld(), { log: { error: () => {} } });
    expect((await app.request('/v1/whoami')).status).toBe(403);
    expect((await app.request('/v1/whoami', {}, { event: null as unknown as object })).status).toBe(403);
  });
});

describe('N01: nobody asks or answers as somebody else by what they send', () => {
  const fields = {
    requester: { key: 'bob@example.com' },
    subject: { kind: 'person', sessionName: 'bob@example.com' },
    person: 'bob@example.com',
    status: 'approved',
    reviews: [{ reviewer: 'rita@example.com', answer: 'approve' }],
    reviewers: [],
    decision: { outcome: 'approve', reviewsNeeded: 0 },
    resolved: { clusterRole: 'cluster-admin' },
    grant: {},
    digest: 'f'.repeat(64),
    id: '01KAJ000000000000000000001',
    version: 9,
    openBy: '2030-01-01T00:00:00.000Z',
    endRequested: null,
    durationSeconds: 99_999,
    eksCluster: { eksName: 'other', region: 'us-east-1' },
  };

  it.each(Object.entries(fields))('refuses the field %s in a submission', async (name, value) => {
    const door = aDoor();
    const response = await door.post('/v1/requests', { ...submission, [name]: value }, alice);
    expect(response.status).toBe(400);
    expect((await response.json()).details.faults).toEqual([
      { path: name, message: 'This name is not known here.' },
    ]);
    expect(door.world.inside.records.requests.size).toBe(0);
  });

  it('refuses a reviewer or an assurance in a review', async () => {
    const door = aDoor();
    const { id, digest } = await (await door.post('/v1/requests', submission, alice)).json();
    const before = stateOf(door.world);
    for (const extra of [
      { reviewer: 'rita@example.com' },
      { assurance: 'signed' },
      { at: '2026-01-01T00:00:00Z' },
    ]) {
      const body = { answer: 'approve', digest, ...extra };
      expect((await door.post(`/v1/requests/${id}/reviews`, body, alice)).status).toBe(400);
    }
    expect(stateOf(door.world)).toBe(before);
  });
});

describe('N02 and N03: nobody answers their own request', () => {
  it('refuses the requester, also one who is a reviewer of the role, in any spelling of the name', async () => {
    const door = aDoor();
    const rita = aCaller('rita');
    const { id, digest } = await (await door.post('/v1/requests', submission, rita)).json();
    const before = stateOf(door.world);
    for (const sessionName of ['rita@example.com', 'Rita@Example.com', 'RITA@EXAMPLE.COM']) {
      const response = await door.post(
        `/v1/requests/${id}/reviews`,
        { answer: 'approve', digest },
        { ...rita, sessionName },
      );
      expect(response.status).toBe(403);
    }
    expect(stateOf(door.world)).toBe(before);
  });

  it('refuses somebody who is nobody in person: a role that lets callers choose their session name (N09, N43)', async () => {
    const door = aDoor();
    const { id, digest } = await (await door.post('/v1/requests', submission, alice)).json();
    const impostor = { ...aCaller('ci'), sessionName: 'rita@example.com' };
    const response = await door.post(`/v1/requests/${id}/reviews`, { answer: 'approve', digest }, impostor);
    expect(response.status).toBe(403);
    expect(door.world.inside.records.requests.get(id)?.status).toBe('pending');
  });

  it('refuses people who are no reviewers of the role', async () => {
    const door = aDoor();
    const { id, digest } = await (await door.post('/v1/requests', submission, alice)).json();
    for (const name of ['bob', 'pat'] as const) {
      const response = await door.post(
        `/v1/requests/${id}/reviews`,
        { answer: 'approve', digest },
        aCaller(name),
      );
      expect(response.status).toBe(403);
    }
    expect(door.world.inside.records.requests.get(id)?.reviews).toEqual([]);
  });
});
