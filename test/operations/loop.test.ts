/** The whole loop in memory: ask, answer, use, end. */
import { describe, expect, it } from 'vitest';
import { chainFault } from '#domain/audit-event.ts';
import { clusterRoleName } from '#domain/cluster-role.ts';
import { linkHash } from '#domain/review-link.ts';
import { marks } from '#domain/role-binding.ts';
import { openReviewLink, reviewByLink } from '#operations/review-by-link.ts';
import { reviewRequest } from '#operations/review-request.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { submitRequest } from '#operations/submit-request.ts';
import { withdrawRequest } from '#operations/withdraw-request.ts';
import { aCaller } from '../builders/caller.ts';
import { aCatalog } from '../builders/catalog.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, mailedSecret, statusOf } from './story.ts';
import { breaches, leftovers, standingBindings } from './world-view.ts';

describe('a request that is approved', () => {
  it('gives access after the yes, until its time is up, and then leaves nothing', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    expect(standingBindings(world)).toEqual([]);
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    expect(standingBindings(world)).toEqual([`payments/curfew-${request.id.toLowerCase()}`]);
    await machine.pass(54);
    expect(standingBindings(world)).toHaveLength(1);
    await machine.pass(8);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await leftovers(world)).toEqual([]);
    expect(machine.trace).toEqual([
      'OpenGrant',
      'BindRole',
      'HoldGrant',
      'EndGrant',
      'UnbindRole',
      'CloseGrant',
      'End',
    ]);
  });

  it('is never ended before expiresAt', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    await machine.pass(70);
    const record = await world.inside.records.read(request.id);
    const { unboundAt = '', expiresAt = 'z' } = record?.grant ?? {};
    expect(unboundAt >= expiresAt).toBe(true);
  });

  it('binds the person and not the role they share', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    await machine.run();
    const [binding] = world.clusterOf('payments-prod').roleBindings.values();
    expect(binding?.subjects).toEqual([
      {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'User',
        name: expect.stringMatching(/^curfew:\d{12}:AWSReservedSSO_Developer_\w+:alice@example\.com$/),
      },
    ]);
    expect(binding?.metadata.annotations[marks.expiresAt]).toBe(
      (await world.inside.records.read(request.id))?.grant?.expiresAt,
    );
  });

  it('ends at once when the requester asks for it', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { seconds: 3600 });
    await machine.run();
    await answerByMail(world, request);
    await machine.pass(60);
    await revokeGrant(world, { caller: aCaller('alice'), id: request.id, reason: 'done' });
    await machine.run();
    expect(standingBindings(world)).toEqual([]);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await leftovers(world)).toEqual([]);
  });

  it('is not ended by somebody it does not concern', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    await machine.run();
    await expect(
      revokeGrant(world, { caller: aCaller('bob'), id: request.id, reason: 'no' }),
    ).rejects.toThrow(/Only the one who asked/);
    expect(await statusOf(world, request)).toBe('active');
  });
});

describe('a request that is not approved', () => {
  it.each(['deny', 'withdraw', 'silence'] as const)('gives nothing after %s', async (how) => {
    const world = aWorld({
      catalog: aCatalog((c) => {
        c.reviewWindow = 120;
      }),
    });
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    if (how === 'deny') await answerByMail(world, request, 'deny');
    if (how === 'withdraw') await withdrawRequest(world, { caller: aCaller('alice'), id: request.id });
    await machine.pass(200);
    expect(await statusOf(world, request)).toBe(
      { deny: 'denied', withdraw: 'withdrawn', silence: 'timed-out' }[how],
    );
    expect(await leftovers(world)).toEqual([]);
    expect(world.faults.calls).not.toContain('entries.create');
  });

  it('counts an answer in the last second although the wait timed out', async () => {
    const world = aWorld({
      catalog: aCatalog((c) => {
        c.reviewWindow = 120;
      }),
    });
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    world.inside.clock.advanceTo(new Date(Date.parse(request.reviewBy) - 1).toISOString());
    world.faults.at('executions.succeed', 1, 'before');
    await answerByMail(world, request);
    world.inside.clock.advance(5);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
  });
});

describe('answers', () => {
  it('are refused from the requester, by link and signed (N02, N03)', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'rita');
    await machine.run();
    expect(world.inside.mailer.sent.map(({ to }) => to)).toEqual(['rob@example.com']);
    const { digest } = request;
    await expect(
      reviewRequest(world, { caller: aCaller('rita'), id: request.id, answer: 'approve', digest }),
    ).rejects.toThrow(/their own request/);
    const link = {
      hash: linkHash('forged'),
      requestId: request.id,
      reviewer: 'rita@example.com',
      digest,
      expiresAt: request.reviewBy,
    };
    world.inside.records.links.set(link.hash, link);
    await expect(reviewByLink(world, { secret: 'forged', answer: 'approve', digest })).rejects.toThrow(
      /their own request/,
    );
    expect(await statusOf(world, request)).toBe('pending');
  });

  it('are refused from people who are no reviewers, and from roles without a person', async () => {
    const world = aWorld();
    const request = await ask(world);
    const { id, digest } = request;
    await expect(
      reviewRequest(world, { caller: aCaller('bob'), id, answer: 'approve', digest }),
    ).rejects.toThrow(/not a reviewer/);
    await expect(
      reviewRequest(world, { caller: aCaller('ci'), id, answer: 'approve', digest }),
    ).rejects.toThrow(/Only people/);
  });

  it('count once per link, also when it is used 20 times at once (N11)', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    const secret = mailedSecret(world, request);
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        reviewByLink(world, { secret, answer: 'approve', reason: `try ${i}`, digest: request.digest }),
      ),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await world.inside.records.read(request.id))?.reviews).toHaveLength(1);
  });

  it('leave a link behind that is used, also while others still have to answer (N11)', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { role: 'deployer' });
    await machine.run();
    const secret = mailedSecret(world, request);
    expect((await answerByMail(world, request)).status).toBe('pending');
    expect((await openReviewLink(world, { secret })).state).toBe('used');
    const again = reviewByLink(world, { secret, answer: 'deny', digest: request.digest });
    await expect(again).rejects.toThrow(/used already/);
    expect(await statusOf(world, request)).toBe('pending');
  });

  it('are not given by looking at a link a thousand times (N14)', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    const before = await world.inside.records.read(request.id);
    for (let i = 0; i < 1000; i++) await openReviewLink(world, { secret: mailedSecret(world, request) });
    expect(await world.inside.records.read(request.id)).toEqual(before);
  });

  it('are for exactly what was shown (N18)', async () => {
    const world = aWorld();
    const request = await ask(world);
    const other = await ask(world, 'alice', { seconds: 3600 });
    await expect(
      reviewRequest(world, {
        caller: aCaller('rita'),
        id: request.id,
        answer: 'approve',
        digest: other.digest,
      }),
    ).rejects.toThrow(/not what you were shown/);
  });

  it('no longer count when the reviewer has lost their place before the grant (N13)', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    for (const group of Object.values(world.catalog.reviewers)) group.members = ['rob@example.com'];
    await machine.run();
    expect(await statusOf(world, request)).toBe('pending');
    expect(standingBindings(world)).toEqual([]);
    await expect(answerByMail(world, request)).rejects.toThrow();
    await answerByMail(world, request, 'approve', 'rob@example.com');
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
  });

  it('do not carry over to rules that changed since (N51)', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    const shown = request.digest;
    world.catalog.roles['pod-reader']?.rules?.push({
      apiGroups: [''],
      resources: ['events'],
      verbs: ['get'],
    });
    await machine.run();
    expect(await statusOf(world, request)).toBe('pending');
    expect(standingBindings(world)).toEqual([]);
    const anew = await world.inside.records.read(request.id);
    expect(anew?.digest).not.toBe(shown);
    const caller = aCaller('rita');
    const answer = { caller, id: request.id, answer: 'approve' as const };
    await expect(reviewRequest(world, { ...answer, digest: shown })).rejects.toThrow(
      /not what you were shown/,
    );
    expect(chainFault(await world.inside.records.events(request.id))).toBeUndefined();
  });

  it('are asked for once more, by new mails, and then what is granted is what it is now', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    const role = world.catalog.roles['pod-reader'];
    role?.rules?.push({ apiGroups: [''], resources: ['events'], verbs: ['get'] });
    const rules = role?.rules ?? [];
    const name = clusterRoleName('pod-reader', rules);
    world.clusterOf('payments-prod').clusterRoles.set(name, { rules });
    await machine.run();
    expect(world.inside.mailer.sent.map(({ to }) => to).sort()).toEqual([
      'rita@example.com',
      'rita@example.com',
      'rob@example.com',
      'rob@example.com',
    ]);
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    const record = await world.inside.records.read(request.id);
    expect(record?.resolved.clusterRole).toBe(name);
    await machine.pass(70);
    expect(await leftovers(world)).toEqual([]);
  });
});

describe('submitting', () => {
  it('answers the same idempotency key with the same request, also at once', async () => {
    const world = aWorld();
    const submission = {
      cluster: 'payments-prod',
      namespaces: ['payments'],
      role: 'pod-reader',
      duration: 60,
      reason: 'x',
      ticket: 'T-1',
    };
    const input = { caller: aCaller(), submission, idempotencyKey: 'k1' };
    const [a, b] = await Promise.all([submitRequest(world, input), submitRequest(world, input)]);
    expect(a.request.id).toBe(b.request.id);
    expect([a.created, b.created].sort()).toEqual([false, true]);
    await expect(
      submitRequest(world, { ...input, submission: { ...submission, duration: 120 } }),
    ).rejects.toThrow(/another body/);
  });

  it.each([
    [{ role: 'no-such-role' }, /no role "no-such-role"/],
    [{ namespaces: ['kube-system'] }, /protected/],
    [{ seconds: 1_000_000 }, /at most/],
    [{ seconds: 1 }, /at least/],
  ])('refuses %j with the reason, and records it', async (asked, reason) => {
    const world = aWorld();
    await expect(ask(world, 'alice', asked)).rejects.toThrow(reason);
    const [record] = world.inside.records.requests.values();
    expect(record?.status).toBe('denied');
    expect(await breaches(world)).toEqual([]);
  });
});
