/** Claims: what others ask for exists only after the person it is for has signed for it, and for nobody else. */
import { describe, expect, it } from 'vitest';
import { type MemoryWorld, memoryRoles } from '#adapters/memory/world.ts';
import { chainFault } from '#domain/audit-event.ts';
import { mayAskForOthers } from '#domain/catalog-claims.ts';
import type { AskedBy } from '#domain/claim.ts';
import { type Caller, callerOf, type Principal } from '#domain/identity.ts';
import { after, type Instant } from '#domain/instant.ts';
import { noObjection } from '#domain/policy/organisation.ts';
import { type AccessRequest, requestDigest } from '#domain/request.ts';
import { claimRequest } from '#operations/claim-request.ts';
import { askedOf } from '#operations/judge-submission.ts';
import { killGrants } from '#operations/kill-grants.ts';
import { orderKill } from '#operations/kill-orders.ts';
import { reviewRequest } from '#operations/review-request.ts';
import { showRequest } from '#operations/show-request.ts';
import { simulateRequest } from '#operations/simulate-request.ts';
import { submitFor } from '#operations/submit-for.ts';
import { submitRequest } from '#operations/submit-request.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { withdrawRequest } from '#operations/withdraw-request.ts';
import { aCaller, nobodyKnown, type PersonName } from '../builders/caller.ts';
import { aCatalog } from '../builders/catalog.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { breaches, leftovers, standingBindings } from './world-view.ts';

const begin = '2026-11-21T08:00:00.000Z';
const later = (seconds: number): Instant => after(begin, seconds * 1000);
const window = 4 * 3600;

const pat = aCaller('pat');
const bob = aCaller('bob');

/** A world in which pat and the leads may ask for others. */
function aWorldOfClaims(change: Parameters<typeof aCatalog>[0] = () => {}): MemoryWorld {
  return aWorld({
    catalog: aCatalog((catalog) => {
      catalog.claims.onBehalfBy = ['pat@example.com', 'payments-leads'];
      change(catalog);
    }),
  });
}

interface Wanted {
  by?: Caller;
  for?: string;
  seconds?: number;
  startsAt?: Instant;
  role?: string;
  breakGlass?: boolean;
  idempotencyKey?: string;
}

async function askFor(world: MemoryWorld, wanted: Wanted = {}): Promise<AccessRequest> {
  const { by = pat, for: onBehalfOf = 'bob@example.com', seconds = 60, role = 'pod-reader' } = wanted;
  const { startsAt, breakGlass, idempotencyKey } = wanted;
  const { request } = await submitRequest(world, {
    caller: by,
    submission: {
      cluster: 'payments-prod',
      namespaces: ['payments'],
      role,
      duration: seconds,
      reason: 'Bob is on call tonight',
      ticket: 'INC-1042',
      onBehalfOf,
      ...(startsAt === undefined ? {} : { startsAt }),
      ...(breakGlass === undefined ? {} : { breakGlass }),
    },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
  return request;
}

const ticket: AskedBy = {
  kind: 'ticket',
  source: 'jira',
  ticket: 'PAY-17',
  user: '5b10ac8d82e05b22cc7d4ef5',
};

/** Of a role whose session names are as its caller likes, unless `trusted` says otherwise. */
const as = (name: string, principal: Principal, world: MemoryWorld) =>
  callerOf(principal, name, world.catalog);

async function read(world: MemoryWorld, { id }: AccessRequest): Promise<AccessRequest> {
  const request = await world.inside.records.read(id);
  if (!request) throw new Error(`No request ${id}.`);
  return request;
}

async function approved(world: MemoryWorld, machine: Machine, wanted: Wanted = {}): Promise<AccessRequest> {
  const request = await askFor(world, wanted);
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  return read(world, request);
}

const claimed = (world: MemoryWorld, { id }: AccessRequest, caller: Caller = bob) =>
  claimRequest(world, { caller, id });

const refusal = (reasons: string) => ({ name: 'RequestRefused', message: expect.stringContaining(reasons) });

describe('what is asked for somebody else', () => {
  it('waits, once approved, until they claim it, and then lasts as long as it was asked for', async () => {
    const world = aWorldOfClaims();
    const machine = new Machine(world);
    const request = await approved(world, machine);
    expect(request).toMatchObject({
      status: 'scheduled',
      subject: { kind: 'unclaimed', person: 'bob@example.com' },
      requester: { key: 'bob@example.com', askedBy: { kind: 'person', person: 'pat@example.com' } },
      openBy: later(window),
    });
    expect(request.requester).not.toHaveProperty('principalArn');
    expect(request.history.at(-1)?.reason).toBe('waits until bob@example.com claims it');
    await machine.pass(600);
    expect(standingBindings(world)).toEqual([]);
    expect(await breaches(world)).toEqual([]);

    await claimed(world, request);
    await machine.run();
    const active = await read(world, request);
    expect(active).toMatchObject({
      status: 'active',
      subject: { kind: 'person', principalArn: memoryRoles.developer.arn, sessionName: 'bob@example.com' },
      grant: { expiresAt: after(world.inside.clock.now(), 60_000) },
    });
    expect(active.digest).toBe(request.digest);
    expect(requestDigest(active)).toBe(request.digest);
    expect(
      world.clusterOf('payments-prod').roleBindings.get(standingBindings(world)[0] ?? '')?.subjects,
    ).toEqual([
      expect.objectContaining({
        kind: 'User',
        name: 'curfew:111122223333:AWSReservedSSO_Developer_0123456789abcdef:bob@example.com',
      }),
    ]);
    await machine.pass(120);
    expect(await leftovers(world)).toEqual([]);
    const events = await world.inside.records.events(request.id);
    expect(chainFault(events)).toBeUndefined();
    expect(events[0]).toMatchObject({
      actor: 'pat@example.com',
      facts: { askedBy: { kind: 'person', person: 'pat@example.com' } },
    });
    expect(events.find(({ type }) => type === 'claimed')).toMatchObject({
      actor: 'bob@example.com',
      facts: { subject: { principalArn: memoryRoles.developer.arn } },
    });
    expect(machine.trace).toEqual([
      ...['OpenGrant', 'AwaitClaim', 'OpenGrant', 'BindRole', 'HoldGrant'],
      ...['EndGrant', 'UnbindRole', 'CloseGrant', 'End'],
    ]);
  });

  it('is mailed once to the one it is for, with the command and no link', async () => {
    const world = aWorldOfClaims();
    const request = await approved(world, new Machine(world));
    const mails = world.inside.mailer.sent.filter(({ to }) => to === 'bob@example.com');
    expect(mails).toEqual([expect.objectContaining({ subject: `Claim ${request.id}` })]);
    expect(request.claim?.mailedAt).toBeDefined();
  });

  it('can be claimed between the yes and the wait for it: no wake-up is lost', async () => {
    const world = aWorldOfClaims();
    const machine = new Machine(world);
    const request = await askFor(world);
    await machine.run();
    await answerByMail(world, request);
    expect(await statusOf(world, request)).toBe('approved');
    await claimed(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    expect(machine.trace).not.toContain('AwaitClaim');
  });

  it('is claimed first where it starts later, and then waits for its start', async () => {
    const world = aWorldOfClaims();
    const machine = new Machine(world);
    const request = await approved(world, machine, { startsAt: later(300), seconds: 120 });
    await machine.pass(30);
    await claimed(world, request);
    await machine.pass(200);
    expect(await statusOf(world, request)).toBe('scheduled');
    expect(standingBindings(world)).toEqual([]);
    await machine.pass(90);
    expect(await read(world, request)).toMatchObject({
      status: 'active',
      grant: { expiresAt: later(420) },
    });
  });

  it('can be claimed after its start, until it would be over', async () => {
    const world = aWorldOfClaims();
    const machine = new Machine(world);
    const request = await approved(world, machine, { startsAt: later(60), seconds: 600 });
    expect(request.openBy).toBe(later(660));
    await machine.pass(300);
    await claimed(world, request);
    await machine.run();
    expect(await read(world, request)).toMatchObject({ status: 'active', grant: { expiresAt: later(660) } });
  });

  it('times out where nobody claims it, and can not be claimed any more', async () => {
    const world = aWorldOfClaims((catalog) => {
      catalog.claims.window = 600;
    });
    const machine = new Machine(world);
    const request = await approved(world, machine);
    await machine.pass(660);
    expect(await read(world, request)).toMatchObject({ status: 'timed-out' });
    expect((await read(world, request)).history.at(-1)?.reason).toContain('nobody claimed it');
    expect(machine.stateOf(request.id)).toBeUndefined();
    await expect(claimed(world, request)).rejects.toMatchObject({ name: 'WrongStatus' });
    expect(await leftovers(world)).toEqual([]);
  });

  it('can not be claimed a moment after its window, before anybody has looked', async () => {
    const world = aWorldOfClaims((catalog) => {
      catalog.claims.window = 600;
    });
    const machine = new Machine(world);
    const request = await approved(world, machine);
    machine.running = false;
    world.inside.clock.advance(600_000);
    await expect(claimed(world, request)).rejects.toMatchObject({
      name: 'WrongStatus',
      message: expect.stringContaining('could be claimed until'),
    });
  });
});

describe('whoever claims', () => {
  it('is the person, and nobody else: not the asker, a reviewer, or somebody of the same IAM role', async () => {
    const world = aWorldOfClaims();
    const request = await approved(world, new Machine(world));
    const others: [PersonName, string][] = [
      ['pat', 'NotAllowed'],
      ['rita', 'NotAllowed'],
      ['alice', 'RequestNotFound'],
    ];
    for (const [who, name] of others)
      await expect(claimed(world, request, aCaller(who))).rejects.toMatchObject({ name });
    expect(await read(world, request)).toEqual(request);
  });

  it('is not a session that only calls itself by their name (N43)', async () => {
    const world = aWorldOfClaims();
    const request = await approved(world, new Machine(world));
    const liar = callerOf(memoryRoles.ci, 'bob@example.com', nobodyKnown);
    await expect(claimed(world, request, liar)).rejects.toMatchObject({ name: 'NotAllowed' });
    const job = { ...bob, workload: { name: 'bot', kind: 'ci', issuer: 'i', runId: '1' } } as const;
    await expect(claimed(world, request, job)).rejects.toMatchObject({ name: expect.stringMatching(/Not/) });
    expect((await read(world, request)).subject.kind).toBe('unclaimed');
  });

  it('is known by every name of theirs, and by none that only looks alike (N41)', async () => {
    const world = aWorldOfClaims((catalog) => {
      catalog.people = { 'bob@example.com': { aliases: ['bob.b@corp.example'] } };
    });
    const machine = new Machine(world);
    const request = await approved(world, machine, { for: 'Bob.B@corp.example' });
    expect(request.requester.key).toBe('bob@example.com');
    for (const name of ['bob+x@example.com', 'b0b@example.com'])
      await expect(claimed(world, request, as(name, memoryRoles.developer, world))).rejects.toMatchObject({
        name: 'RequestNotFound',
      });
    await claimed(world, request, as('BOB.B@corp.example', memoryRoles.developer, world));
    await machine.run();
    expect(await read(world, request)).toMatchObject({
      status: 'active',
      subject: { sessionName: 'BOB.B@corp.example' },
    });
  });

  it('comes by an IAM role that the catalog allows for it', async () => {
    const world = aWorldOfClaims((catalog) => {
      catalog.claims.from = [memoryRoles.platformAdmin.arn];
    });
    const machine = new Machine(world);
    const request = await approved(world, machine);
    await expect(claimed(world, request)).rejects.toMatchObject({
      name: 'NotAllowed',
      message: expect.stringContaining(memoryRoles.platformAdmin.arn),
    });
    await claimed(world, request, as('bob@example.com', memoryRoles.platformAdmin, world));
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
  });

  it('may claim again from the same role, and not from another one', async () => {
    const world = aWorldOfClaims();
    const machine = new Machine(world);
    const request = await approved(world, machine);
    machine.running = false;
    const first = await claimed(world, request);
    expect(await claimed(world, request)).toEqual(first);
    const elsewhere = as('bob@example.com', memoryRoles.platformAdmin, world);
    await expect(claimed(world, request, elsewhere)).rejects.toMatchObject({ name: 'WrongStatus' });
    expect(await read(world, request)).toEqual(first);
  });

  it('has it once where two claims of two roles meet', async () => {
    const world = aWorldOfClaims();
    const request = await approved(world, new Machine(world));
    const both = await Promise.allSettled([
      claimed(world, request),
      claimed(world, request, as('bob@example.com', memoryRoles.platformAdmin, world)),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const events = await world.inside.records.events(request.id);
    expect(events.filter(({ type }) => type === 'claimed')).toHaveLength(1);
  });

  it('waits for the reviewers first', async () => {
    const world = aWorldOfClaims();
    const request = await askFor(world);
    await expect(claimed(world, request)).rejects.toMatchObject({
      name: 'WrongStatus',
      message: expect.stringContaining('not approved yet'),
    });
  });

  it('has nothing to claim of what they asked for themselves', async () => {
    const world = aWorldOfClaims();
    const request = await ask(world, 'bob');
    await expect(claimed(world, request)).rejects.toMatchObject({ name: 'WrongStatus' });
  });
});

describe('at the claim', () => {
  it('policy is asked again, and what it refuses can be claimed later', async () => {
    const world = aWorldOfClaims();
    const machine = new Machine(world);
    const request = await approved(world, machine);
    world.inside.organisation.answer = async () => ({
      version: 1,
      allow: false,
      reasons: ['Not on a Saturday.'],
    });
    await expect(claimed(world, request)).rejects.toMatchObject(refusal('Not on a Saturday.'));
    expect(await read(world, request)).toEqual(request);
    world.inside.organisation.answer = async () => noObjection;
    await claimed(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
  });

  it('a reviewer who counts no more, or an asker who may not ask any more, keeps it shut (N13)', async () => {
    const changes: ((world: MemoryWorld) => void)[] = [
      ({ catalog }) => {
        catalog.reviewers['payments-leads'] = { members: ['rob@example.com'] };
      },
      ({ catalog }) => {
        catalog.claims.onBehalfBy = [];
      },
    ];
    for (const change of changes) {
      const world = aWorldOfClaims();
      const request = await approved(world, new Machine(world));
      change(world);
      await expect(claimed(world, request)).rejects.toMatchObject({ name: 'RequestRefused' });
    }
  });
});

describe('what a claim has put on record', () => {
  it('is checked again before anything is opened: a role that nobody vouches for any more, another person', async () => {
    const faults: [string, (request: AccessRequest, world: MemoryWorld) => AccessRequest][] = [
      [
        'nobody vouches',
        (request) => ({
          ...request,
          subject: { ...request.subject, principalArn: memoryRoles.ci.arn } as AccessRequest['subject'],
        }),
      ],
      [
        'was claimed as mallory',
        (request) => ({
          ...request,
          subject: { ...request.subject, sessionName: 'mallory@example.com' } as AccessRequest['subject'],
        }),
      ],
      [
        'was not claimed by one',
        (request) => ({
          ...request,
          subject: { ...request.subject, kind: 'principal' } as AccessRequest['subject'],
        }),
      ],
      [
        'is not what is on the record',
        (request) => ({ ...request, requester: { ...request.requester, person: 'mallory@example.com' } }),
      ],
      [
        "can't be claimed from",
        (request) => {
          const claim = { windowSeconds: window, ...request.claim, from: [memoryRoles.ci.arn] };
          const changed = { ...request, claim };
          return { ...changed, digest: requestDigest(changed), reviews: rewritten(changed) };
        },
      ],
    ];
    for (const [said, change] of faults) {
      const world = aWorldOfClaims();
      const machine = new Machine(world);
      const request = await approved(world, machine);
      machine.running = false;
      const fair = await claimed(world, request);
      world.inside.records.requests.set(request.id, change(fair, world));
      machine.running = true;
      await machine.run();
      const now = await read(world, request);
      expect([now.status, now.history.at(-1)?.reason]).toEqual(['denied', expect.stringContaining(said)]);
      expect(standingBindings(world)).toEqual([]);
    }
  });
});

const rewritten = (request: AccessRequest) =>
  request.reviews.map((review) => ({ ...review, digest: requestDigest(request) }));

describe('whoever may review it', () => {
  it('is neither the person it is for nor the one who asked, under any of their names', async () => {
    const world = aWorldOfClaims((catalog) => {
      catalog.people = { 'rob@example.com': { aliases: ['robert'] } };
    });
    const forRob = await askFor(world, { by: aCaller('rita'), for: 'robert@example.com' }).catch(
      () => undefined,
    );
    expect(forRob?.reviewers ?? []).not.toContain('rita@example.com');
    await expect(askFor(world, { by: aCaller('rita'), for: 'rob@example.com' })).rejects.toMatchObject(
      refusal('only 0 other people may review it'),
    );
    const request = await askFor(world, { by: aCaller('rita'), for: 'bob@example.com' });
    expect(request.reviewers).toEqual(['rob@example.com']);
    for (const who of ['rita', 'bob'] as const)
      await expect(
        reviewRequest(world, {
          caller: aCaller(who),
          id: request.id,
          answer: 'approve',
          digest: request.digest,
        }),
      ).rejects.toMatchObject({ name: 'NotAllowed' });
    const yes = {
      caller: aCaller('rob'),
      id: request.id,
      answer: 'approve',
      digest: request.digest,
    } as const;
    expect((await reviewRequest(world, yes)).status).toBe('approved');
  });
});

describe('whoever asks for others', () => {
  it('has to be named by the catalog, is known to be a person, and asks for somebody else', async () => {
    const world = aWorldOfClaims();
    await expect(askFor(world, { by: aCaller('alice') })).rejects.toMatchObject(
      refusal('may not ask for others'),
    );
    await expect(askFor(world, { by: aCaller('ci') })).rejects.toMatchObject({ name: 'NotAllowed' });
    await expect(askFor(world, { for: 'pat@example.com' })).rejects.toMatchObject(refusal('For yourself'));
    await expect(askFor(world, { for: 'Pat+x@Example.com' })).rejects.toMatchObject(refusal('For yourself'));
    expect(mayAskForOthers(aCatalog(), 'pat@example.com')).toBe(false);
  });

  it('can not use break-glass for them', async () => {
    const world = aWorldOfClaims();
    await expect(askFor(world, { role: 'deployer', breakGlass: true })).rejects.toMatchObject(
      refusal('Break-glass and extensions'),
    );
  });

  it('sees it, as the one it is for does, and either can take it back', async () => {
    for (const who of ['pat', 'bob'] as const) {
      const world = aWorldOfClaims();
      const machine = new Machine(world);
      const request = await approved(world, machine);
      expect((await showRequest(world, { caller: aCaller(who), id: request.id })).request.id).toBe(
        request.id,
      );
      await withdrawRequest(world, { caller: aCaller(who), id: request.id });
      await machine.run();
      expect(await statusOf(world, request)).toBe('withdrawn');
      expect(machine.stateOf(request.id)).toBeUndefined();
    }
    const world = aWorldOfClaims();
    const request = await askFor(world);
    await expect(showRequest(world, { caller: aCaller('alice'), id: request.id })).rejects.toMatchObject({
      name: 'RequestNotFound',
    });
  });

  it('is told beforehand what would be decided', async () => {
    const world = aWorldOfClaims();
    const submission = {
      cluster: 'payments-prod',
      namespaces: ['payments'],
      role: 'pod-reader',
      duration: 60,
      reason: 'x',
      onBehalfOf: 'rob@example.com',
    };
    const simulated = await simulateRequest(world, { caller: pat, submission });
    expect(simulated).toMatchObject({
      subject: { kind: 'unclaimed', person: 'rob@example.com' },
      reviewers: ['rita@example.com'],
    });
  });

  it('makes one request by one idempotency key', async () => {
    const world = aWorldOfClaims();
    const first = await askFor(world, { idempotencyKey: 'k' });
    expect((await askFor(world, { idempotencyKey: 'k' })).id).toBe(first.id);
    await expect(askFor(world, { idempotencyKey: 'k', for: 'alice@example.com' })).rejects.toMatchObject({
      name: 'IdempotencyMismatch',
    });
  });
});

describe('what a ticket asks for', () => {
  const asked = askedOf({
    cluster: 'payments-prod',
    namespaces: ['payments'],
    role: 'pod-reader',
    duration: 60,
    reason: 'Checkout is slow',
    ticket: 'PAY-17',
  });
  const jira = {
    kind: 'jira',
    tickets: 'PAY-[0-9]+',
    closedStates: [],
    comments: false,
    table: 'task',
  } as const;
  const ticketWorld = () =>
    aWorldOfClaims((catalog) => {
      catalog.ticketing.sources.jira = { ...jira, closedStates: [] };
    });
  const input = { person: 'bob@example.com', by: ticket, asked, idempotencyKey: 'PAY-17#1' };

  it('needs a claim, is known again, and says who asked', async () => {
    const world = ticketWorld();
    const machine = new Machine(world);
    const { request, created } = await submitFor(world, input);
    expect(created).toBe(true);
    expect(request).toMatchObject({
      status: 'pending',
      subject: { kind: 'unclaimed', person: 'bob@example.com' },
      requester: { askedBy: ticket },
      history: [{ by: 'ticket:jira' }],
    });
    expect(await submitFor(world, input)).toMatchObject({ created: false, request: { id: request.id } });
    await machine.run();
    await answerByMail(world, request);
    await machine.run();
    await claimed(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
  });

  it('is refused where the catalog has no such source', async () => {
    const world = aWorldOfClaims();
    await expect(submitFor(world, input)).rejects.toMatchObject(refusal('no ticket system "jira"'));
  });
});

describe('the sweep', () => {
  it('goes on where the wake-up of a claim was lost', async () => {
    const world = aWorldOfClaims();
    const machine = new Machine(world);
    const request = await approved(world, machine);
    world.faults.at('executions.succeed', 'every');
    await claimed(world, request);
    world.faults.clear();
    await machine.pass(125);
    expect(['active', 'revoking', 'revoked']).toContain(await statusOf(world, request));
  });

  it('mails what could not be mailed, and times out what no execution drives', async () => {
    const world = aWorldOfClaims();
    const machine = new Machine(world);
    const request = await askFor(world);
    await machine.run();
    await answerByMail(world, request);
    world.faults.at('mailer.send', 'every');
    await machine.run();
    expect((await read(world, request)).claim).toMatchObject({ mailTries: 1 });
    world.faults.clear();
    machine.running = false;
    await machine.pass(121);
    expect((await read(world, request)).claim?.mailedAt).toBeDefined();
    world.inside.clock.advance(window * 1000);
    await sweepGrants(world);
    expect(await statusOf(world, request)).toBe('timed-out');
  });
});

describe('a kill switch', () => {
  it('for the person stops what waits for their claim, and nothing new is claimed meanwhile', async () => {
    const world = aWorldOfClaims();
    const machine = new Machine(world);
    const request = await approved(world, machine);
    const { order } = await orderKill(world, {
      caller: pat,
      scope: { kind: 'person', value: 'bob@example.com' },
      reason: 'Lost laptop',
    });
    await expect(claimed(world, request)).rejects.toMatchObject({
      name: expect.stringMatching(/Refused|Wrong/),
    });
    await killGrants(world, { killId: order.id });
    expect(await statusOf(world, request)).toBe('denied');
  });
});
