/** What OpenGrant looks at once more before it opens, and how far a second try of it may go. */
import { describe, expect, it } from 'vitest';
import { type MemoryWorld, memoryRoles } from '#adapters/memory/world.ts';
import { after } from '#domain/instant.ts';
import { type AccessRequest, requestDigest } from '#domain/request.ts';
import { openGrant } from '#operations/open-grant.ts';
import { aDecision, aRecord, type RequestWanted } from '../builders/request.ts';
import { aWorld } from '../builders/world.ts';

/** A world in which a request was approved a moment ago, whatever else is wrong with it. */
async function approved(wanted: RequestWanted = {}, status: 'approved' | 'granting' = 'approved') {
  const world = aWorld({ now: '2026-11-21T08:00:05.000Z' });
  const { request, events } = aRecord({ status, ...wanted });
  await world.inside.records.commit({ request, expectedVersion: 0, events });
  return { world, request };
}

const opened = (world: MemoryWorld, { id }: AccessRequest) => openGrant(world, { requestId: id });

const untouched = (world: MemoryWorld) => {
  expect(world.inside.entries.standing.size).toBe(0);
  expect(world.inside.ledger.allHolders()).toEqual([]);
};

async function refused(world: MemoryWorld, request: AccessRequest, why: RegExp) {
  await expect(opened(world, request)).rejects.toMatchObject({ name: 'NotApproved' });
  const record = await world.inside.records.read(request.id);
  expect(record?.history.at(-1)?.reason).toMatch(why);
  expect(record?.grant).toBeUndefined();
  untouched(world);
  return record?.status;
}

/** Nothing is granted, none of the answers counts any more, and whoever may answer now is asked. */
async function askedAgain(world: MemoryWorld, request: AccessRequest, why: RegExp) {
  await expect(opened(world, request)).rejects.toMatchObject({ name: 'AskedAgain' });
  const record = await world.inside.records.read(request.id);
  expect(record).toMatchObject({ status: 'pending', reviews: [], notified: [] });
  expect(record?.history.at(-1)?.reason).toMatch(why);
  expect(record?.digest).toBe(record && requestDigest(record));
  expect(record?.grant).toBeUndefined();
  expect(record).not.toHaveProperty('openBy');
  untouched(world);
  // A repeat, because nobody heard of the first, says the same and changes nothing.
  await expect(opened(world, request)).rejects.toMatchObject({ name: 'AskedAgain' });
  expect(await world.inside.records.read(request.id)).toEqual(record);
}

describe('at the moment of granting', () => {
  it('what was approved a moment ago is opened', async () => {
    const { world, request } = await approved();
    expect((await opened(world, request)).plan.requestId).toBe(request.id);
  });

  it.each<[string, (request: AccessRequest) => Partial<AccessRequest>]>([
    ['longer', ({ asked }) => ({ asked: { ...asked, durationSeconds: 3600 } })],
    ['for another namespace', ({ asked }) => ({ asked: { ...asked, namespaces: ['checkout'] } })],
    [
      'for somebody else',
      ({ subject }) => ({
        subject: { ...subject, kubernetes: { kind: 'User', name: 'curfew:111122223333:Developer:mallory' } },
      }),
    ],
  ])('a record that was edited to be %s than what was approved is refused (N01, N18)', async (_, edit) => {
    const { request: made } = aRecord({ status: 'approved' });
    const { world, request } = await approved({ changes: edit(made) });
    expect(await refused(world, request, /not what is on the record/)).toBe('denied');
  });

  it('approvals that are for something else than the record do not count, though its digest is right (N18)', async () => {
    const { request: made } = aRecord({ status: 'approved' });
    const longer = { ...made, asked: { ...made.asked, durationSeconds: 3600 } };
    const changes = { asked: longer.asked, digest: requestDigest({ ...longer, id: 'X' }) };
    const { world, request } = await approved({ id: 'X', changes: { ...changes, reviews: made.reviews } });
    await askedAgain(world, request, /needs 1 approvals .* has not got them/);
  });

  it('a role that was made anew under its old name gets nothing (N35)', async () => {
    const { world, request } = await approved();
    world.inside.identities.add({ ...memoryRoles.developer, roleId: 'AROADEVELOPER0000002' });
    await refused(world, request, /was made anew/);
  });

  it('what the catalog would refuse by now is refused (N05, N13)', async () => {
    const { world, request } = await approved();
    const role = world.catalog.roles['pod-reader'];
    if (!role) throw new Error('The catalog has that role.');
    role.maxDuration = 60;
    await refused(world, request, /at most/);
  });

  it.each([
    ['now', 2, 1],
    ['when it was asked', 1, 2],
  ])('as many approvals are needed as the policy says %s, if those are more (N12)', async (_, now, then) => {
    const decision = aDecision('role:pod-reader', then);
    const { world, request } = await approved({ changes: { decision } });
    const role = world.catalog.roles['pod-reader'];
    if (!role) throw new Error('The catalog has that role.');
    role.reviews = [{ count: now, from: ['payments-leads'] }];
    await askedAgain(world, request, /needs 2 approvals .* has not got them/);
  });

  it('two approvals of one reviewer are one (N11)', async () => {
    const { request: made } = aRecord({ status: 'approved' });
    const decision = aDecision('role:pod-reader', 2);
    const id = made.id;
    const { world, request } = await approved({
      id,
      changes: { decision, reviews: [...made.reviews, ...made.reviews] },
    });
    await askedAgain(world, request, /needs 2 approvals .* has not got them/);
  });

  it('an approval is stale from its last instant on (N10)', async () => {
    const { world, request } = await approved();
    const { openBy = '' } = request;
    world.inside.clock.advance(Date.parse(openBy) - Date.parse(world.inside.clock.now()) + 1);
    expect(await refused(world, request, /could not be opened until/)).toBe('timed-out');
  });
});

describe('a second try to open', () => {
  it('goes on where the first stopped, with the same end', async () => {
    const { world, request } = await approved();
    world.faults.at('signer.sign');
    await expect(opened(world, request)).rejects.toMatchObject({ name: 'Unavailable' });
    const { grant } = (await world.inside.records.read(request.id)) ?? {};
    world.inside.clock.advance(2_000);
    expect((await opened(world, request)).plan).toMatchObject({
      expiresAt: grant?.expiresAt,
      createBefore: grant?.createBefore,
    });
  });

  it('does nothing any more once its end was asked for', async () => {
    const endRequested = { at: '2026-11-21T08:00:04.000Z', by: 'alice@example.com', reason: 'done' };
    const { world, request } = await approved({ changes: { endRequested } }, 'granting');
    await expect(opened(world, request)).rejects.toMatchObject({ name: 'EndRequested' });
    expect(world.faults.calls).not.toContain('auditSink.put');
    untouched(world);
  });

  it('does nothing any more from create-before on', async () => {
    const { world, request } = await approved({}, 'granting');
    const { createBefore = '' } = request.grant ?? {};
    world.inside.clock.advance(Date.parse(createBefore) - Date.parse(world.inside.clock.now()));
    await expect(opened(world, request)).rejects.toMatchObject({ name: 'PlanRefused' });
    untouched(world);
  });
});

it('makes no RoleBinding possible after the end of a short grant', async () => {
  const { world, request } = await approved({ asked: { durationSeconds: 12 } });
  const { plan } = await opened(world, request);
  expect(plan.createBefore).toBe(plan.expiresAt);
  expect(plan.expiresAt).toBe(after('2026-11-21T08:00:05.000Z', 12_000));
});

it('ships the evidence before anything exists that could give access (N58)', async () => {
  const { world, request } = await approved();
  await opened(world, request);
  const { calls } = world.faults;
  const [last, first] = [calls.lastIndexOf('auditSink.put'), calls.indexOf('ledger.hold')];
  expect(last).toBeGreaterThan(0);
  expect(first).toBeGreaterThan(last);
});
