/** CI jobs and agents at the front door: known by a real token of their run and the role that signs, and only for what that run asked. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memoryRoles } from '#adapters/memory/world.ts';
import type { Caller, Principal } from '#domain/identity.ts';
import { tokenHeader } from '#http/caller.ts';
import { aCaller } from '../builders/caller.ts';
import {
  anIssuer,
  githubKeys,
  shopJob,
  type TestIssuer,
  type WorkloadsWanted,
  workloadCatalog,
} from '../builders/issuer.ts';
import { aWorld } from '../builders/world.ts';
import { aDoor, type Door, stateOf, submission } from './signed-call.ts';

const ci = aCaller('ci');
const ask = { ...submission, duration: '10m' };

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await anIssuer();
});

function aDoorWith(wanted: WorkloadsWanted = {}): Door {
  const world = aWorld({ catalog: workloadCatalog(wanted) });
  world.inside.issuers.documents.set(githubKeys, issuer.jwks);
  return aDoor(world);
}

let door: Door;
beforeEach(() => {
  door = aDoorWith();
});

const tokenOf = (claims: Record<string, unknown> = {}) =>
  issuer.token({ ...shopJob, ...claims }, { at: new Date('2026-11-21T08:00:00.000Z') });

interface Sent {
  body?: unknown;
  as?: Caller;
  key?: string;
  through?: Door;
}

async function call(
  path: string,
  token: string | undefined,
  { body, as = ci, key, through = door }: Sent = {},
) {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { [tokenHeader]: token }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  const init = { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return through.call(body === undefined ? 'GET' : 'POST', path, init, as);
}

/** The id of what a job asked for. */
async function asked(token: string): Promise<string> {
  const response = await call('/v1/requests', token, { body: ask });
  expect(response.status).toBe(201);
  return (await response.json()).id;
}

describe('A CI job with the token of its run', () => {
  it('asks as the workload of the catalog, on record with repository, ref and run', async () => {
    const id = await asked(await tokenOf());
    const { request, events } = await (await call(`/v1/requests/${id}`, await tokenOf())).json();
    expect(request.requester).toMatchObject({
      key: 'workload:deploy-bot',
      principalArn: ci.principal.arn,
      workload: { name: 'deploy-bot', repository: 'org/shop', ref: 'refs/heads/main', runId: '4711' },
    });
    expect(request.requester).not.toHaveProperty('person');
    expect(request.subject.kind).toBe('principal');
    expect(events[0]?.facts.workload).toEqual(request.requester.workload);
  });

  it('is somebody by it for whoami too', async () => {
    const who = await (await call('/v1/whoami', await tokenOf())).json();
    expect(who).toMatchObject({ workload: { name: 'deploy-bot', runId: '4711' }, sessionName: 'build-42' });
  });

  it('has it covered by the digest that reviewers answer for', async () => {
    const [one, two] = [await asked(await tokenOf()), await asked(await tokenOf({ run_id: '4712' }))];
    const { requests } = door.world.inside.records;
    const [first, second] = [requests.get(one), requests.get(two)];
    const { requestDigest } = await import('#domain/request.ts');
    if (!first || !second) throw new Error('They are not on record.');
    expect(requestDigest({ ...first, requester: second.requester })).not.toBe(first.digest);
  });

  it('finds its own request again by its idempotency key, and another run does not', async () => {
    const send = async (claims = {}) =>
      call('/v1/requests', await tokenOf(claims), { body: ask, key: 'a-key' });
    const first = await send();
    const again = await send();
    const other = await send({ run_id: '4712' });
    expect([first.status, again.status, other.status]).toEqual([201, 200, 201]);
    const ids = await Promise.all([first, again, other].map(async (one) => (await one.json()).id));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });
});

describe('What a run asked for', () => {
  it('is seen, listed, withdrawn and ended by that run in that role only', async () => {
    const bot = (repository: string) => ({
      issuer: 'github',
      claims: { repository, ref: 'refs/heads/main' },
      principals: [ci.principal.arn, otherRoleOfDeployBot.arn],
    });
    door = aDoorWith({ identities: { 'deploy-bot': bot('org/shop'), 'triage-bot': bot('org/triage') } });
    const id = await asked(await tokenOf());
    const before = stateOf(door.world);
    const otherRole = { ...ci, principal: otherRoleOfDeployBot };
    door.world.inside.identities.add(otherRoleOfDeployBot);
    const strangers: [string, string | undefined, Caller][] = [
      ['another run', await tokenOf({ run_id: '4712' }), ci],
      ['another workload of the role', await tokenOf({ repository: 'org/triage' }), ci],
      ['the session of that name without a token', undefined, ci],
      ['the same run in another role', await tokenOf(), otherRole],
      ['a person', await tokenOf(), aCaller('bob')],
    ];
    for (const [who, token, as] of strangers) {
      const answers = [
        await call(`/v1/requests/${id}`, token, { as }),
        await call(`/v1/requests/${id}/withdraw`, token, { as, body: {} }),
        await call(`/v1/requests/${id}/revoke`, token, { as, body: { reason: 'mine' } }),
        await call(`/v1/requests/${id}/extend`, token, { as, body: { duration: '5m' } }),
      ];
      expect([who, answers.every(({ status }) => status === 403 || status === 404)]).toEqual([who, true]);
      const list = await call('/v1/requests', token, { as });
      if (list.status === 200) expect([who, (await list.json()).items]).toEqual([who, []]);
    }
    expect(stateOf(door.world)).toBe(before);

    const mine = await (await call('/v1/requests', await tokenOf())).json();
    expect(mine.items.map((request) => request.id)).toEqual([id]);
    // By another session name too: that name is whatever the job likes (N43).
    const renamed = { ...ci, sessionName: 'rita@example.com' };
    const withdrawn = await call(`/v1/requests/${id}/withdraw`, await tokenOf(), { as: renamed, body: {} });
    expect((await withdrawn.json()).status).toBe('withdrawn');
  });
});

const otherRoleOfDeployBot: Principal = {
  arn: 'arn:aws:iam::111122223333:role/ci-elsewhere',
  account: '111122223333',
  roleName: 'ci-elsewhere',
  roleId: 'AROACIELSEWHERE00001',
};

describe('N09: nobody is a workload', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['by a token for another audience', { aud: 'sts.amazonaws.com' }, /audience/],
    ['by a token of another issuer', { iss: 'https://evil.example' }, /issuer/],
    ['by a token of another repository', { repository: 'evil/shop' }, /another job.*repository evil\/shop/],
    ['by a token of another branch', { ref: 'refs/heads/feature' }, /another job.*ref refs\/heads\/feature/],
    ['by a token that has expired', { exp: 1_700_000_000 }, /expired/],
  ])('%s', async (_how, claims, why) => {
    const response = await call('/v1/requests', await tokenOf(claims), { body: ask });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      code: 'IdentityRefused',
      detail: expect.stringMatching(why),
    });
    expect(door.world.inside.records.requests.size).toBe(0);
  });

  it("by another job's token, which does not fit the role that signs", async () => {
    const identities = {
      'deploy-bot': {
        issuer: 'github',
        claims: { repository: 'org/shop', ref: 'refs/heads/main' },
        principals: [otherRoleOfDeployBot.arn],
      },
      'report-bot': {
        issuer: 'github',
        claims: { repository: 'org/report', ref: 'refs/heads/main' },
        principals: [ci.principal.arn],
      },
    };
    const through = aDoorWith({ identities });
    const response = await call('/v1/requests', await tokenOf(), { body: ask, through });
    expect(response.status).toBe(403);
    expect((await response.json()).detail).toContain('another job');
  });

  it('by the role alone, where the catalog has it known by tokens', async () => {
    const response = await call('/v1/requests', undefined, { body: ask });
    expect(response.status).toBe(403);
    expect((await response.json()).detail).toContain('id-token: write');
    expect(door.world.inside.records.requests.size).toBe(0);
  });

  it('while the keys of its issuer can not be read', async () => {
    door.world.inside.issuers.documents.clear();
    const response = await call('/v1/requests', await tokenOf(), { body: ask });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'Unavailable' });
    expect(door.world.inside.records.requests.size).toBe(0);
  });
});

describe('A role that no identity lists', () => {
  const wanted = (tokenRequired: boolean) => ({
    tokenRequired,
    identities: {
      'deploy-bot': {
        issuer: 'github',
        claims: { repository: 'org/shop', ref: 'refs/heads/main' },
        principals: [otherRoleOfDeployBot.arn],
      },
    },
  });
  it('asks as before, with a token as without: that says nothing there', async () => {
    const through = aDoorWith(wanted(false));
    for (const token of [undefined, await tokenOf(), 'nonsense']) {
      const response = await call('/v1/requests', token, { body: ask, through });
      expect(response.status).toBe(201);
      const { requester } = await response.json();
      expect(requester.key).toBe(`${ci.principal.arn}/build-42`);
      expect(requester.workload).toBeUndefined();
    }
    expect(through.world.inside.issuers.read).toEqual([]);
  });
  it('is refused where tokens are required, and that is on record', async () => {
    const through = aDoorWith(wanted(true));
    const response = await call('/v1/requests', await tokenOf(), { body: ask, through });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      code: 'RequestRefused',
      details: { reasons: [expect.stringContaining("known here by their job's token only")] },
    });
  });
});

describe('A person', () => {
  it('is one with a token too: it makes them no workload, and nobody else', async () => {
    const response = await call('/v1/requests', await tokenOf(), { body: ask, as: aCaller('alice') });
    const { requester } = await response.json();
    expect(requester).toMatchObject({ key: 'alice@example.com', person: 'alice@example.com' });
    expect(requester.workload).toBeUndefined();
  });
});

describe('An agent', () => {
  const triage = { repository: 'org/triage' };
  it('is on record with whom it acts for, who then answers nothing of it', async () => {
    const through = aDoorWith({
      identities: {
        'triage-bot': {
          kind: 'agent',
          issuer: 'github',
          claims: { repository: 'org/triage', ref: 'refs/heads/main' },
          principals: [ci.principal.arn],
          actsFor: 'rita@example.com',
        },
      },
    });
    const made = await call('/v1/requests', await tokenOf(triage), { body: ask, through });
    const { id, digest, requester, reviewers } = await made.json();
    expect(requester.workload).toMatchObject({ kind: 'agent', actsFor: 'rita@example.com' });
    expect(reviewers).toEqual(['rob@example.com']);
    const answer = (name: 'rita' | 'rob') =>
      through.post(`/v1/requests/${id}/reviews`, { answer: 'approve', digest }, aCaller(name));
    expect((await answer('rita')).status).toBe(403);
    expect((await answer('rob')).status).toBe(200);
  });

  it.each<[string, object, RegExp]>([
    ['a role that is not for agents', { role: 'deployer' }, /not for agents/],
    ['longer than agents may', { duration: '30m' }, /no longer for an agent/],
    ['break-glass', { role: 'deployer', breakGlass: true }, /people whose identity is sure/],
  ])('is refused %s', async (_what, more, why) => {
    const response = await call('/v1/requests', await tokenOf(triage), { body: { ...ask, ...more } });
    expect(response.status).toBe(403);
    expect((await response.json()).details.reasons.join(' ')).toMatch(why);
  });

  it('reviews nothing, in whatever session name', async () => {
    const { id, digest } = await (await door.post('/v1/requests', submission, aCaller('alice'))).json();
    const response = await call(`/v1/requests/${id}/reviews`, await tokenOf(triage), {
      body: { answer: 'approve', digest },
      as: { ...ci, sessionName: 'rita@example.com' },
    });
    expect(response.status).toBe(403);
    expect(door.world.inside.records.requests.get(id)?.reviews).toEqual([]);
  });
});

describe('The token itself', () => {
  it('is found in nothing that is kept, answered or logged', async () => {
    const good = await tokenOf();
    const bad = await tokenOf({ repository: 'evil/shop' });
    const answers: string[] = [];
    for (const token of [good, bad, `${good}x`]) {
      for (const path of ['/v1/requests', '/v1/whoami', '/v1/catalog'])
        answers.push(await (await call(path, token)).text());
      answers.push(await (await call('/v1/requests', token, { body: ask })).text());
    }
    // Also where something breaks that nobody expected.
    door.world.faults.at('records.commit', 1, 'before', new Error('broken'));
    answers.push(await (await call('/v1/requests', good, { body: ask })).text());
    const { records, metrics } = door.world.inside;
    const ids = [...records.requests.keys()];
    const events = await Promise.all(ids.map((id) => records.events(id)));
    const kept = [stateOf(door.world), events, metrics, door.logged];
    const all = JSON.stringify([answers, kept], (_key, value) =>
      value instanceof Map ? [...value] : value instanceof Error ? `${value.stack} ${value.cause}` : value,
    );
    expect(all).toContain('broken');
    for (const token of [good, bad]) for (const piece of token.split('.')) expect(all).not.toContain(piece);
  });
});

it('a role for people is never one of a workload by a token (N43)', () => {
  const identities = {
    bot: {
      issuer: 'github',
      claims: { repository: 'org/shop', ref: 'refs/heads/main' },
      principals: [memoryRoles.developer.arn],
    },
  };
  expect(() => workloadCatalog({ identities })).toThrow(/for people/);
});
