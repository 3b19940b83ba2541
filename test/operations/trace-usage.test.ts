/** What the cluster's audit log tells about grants: whose a line is, what goes on the record, and what follows. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { usageSchema } from '#domain/catalog-usage.ts';
import { Unavailable } from '#domain/errors.ts';
import { subjectOf } from '#domain/identity.ts';
import { after } from '#domain/instant.ts';
import { bindingName } from '#domain/request.ts';
import { traceUsage } from '#operations/trace-usage.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld, stored } from '../builders/world.ts';
import { bindingLine, lineText, type Sample } from '../domain/usage/lines.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';

const cluster = { eksName: 'payments-prod', region: 'us-east-1' };
const openedAt = '2026-11-21T08:00:02.000Z';

/** A line by somebody, `seconds` after the grants of these tests are opened, allowed by the grant `id` where one is given. */
function told(
  name: Sample,
  {
    who = 'alice',
    id,
    seconds = 60,
    ...changes
  }: { who?: 'alice' | 'bob'; id?: string; seconds?: number } & Record<string, unknown>,
): string {
  const time = after(openedAt, seconds * 1000);
  const { kubernetes } = subjectOf(aCaller(who));
  const reason = id
    ? `RBAC: allowed by RoleBinding "${bindingName(id)}/payments" of ClusterRole "x" to User "y"`
    : '';
  return lineText(name, {
    user: { username: kubernetes.name, groups: ['system:authenticated'] },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
    annotations: {
      'authorization.k8s.io/decision': id ? 'allow' : 'forbid',
      'authorization.k8s.io/reason': reason,
    },
    ...changes,
  });
}

const trace = (world: MemoryWorld, ...lines: string[]) => traceUsage(world, { cluster, lines });
const acts = (world: MemoryWorld, id: string) =>
  (world.inside.usage.known.get(id)?.usage.acts ?? []).map(({ id: act, how }) => [act, how]);
const typesOf = async (world: MemoryWorld, id: string) =>
  (await world.inside.records.events(id)).map(({ type }) => type);
const counted = (world: MemoryWorld) =>
  Object.fromEntries(world.inside.metrics.counted.map(({ name, value }) => [name, value]));

describe('lines of the audit log', () => {
  it('of two people with overlapping grants go to the right one each', async () => {
    const world = aWorld();
    const hers = await stored(world.records, { status: 'active' });
    const his = await stored(world.records, { status: 'active', caller: aCaller('bob') });
    await trace(
      world,
      told('allowed-list', { id: hers.id, auditID: 'a' }),
      told('allowed-list', { who: 'bob', id: his.id, auditID: 'b' }),
      told('denied-secret-get', { who: 'bob', auditID: 'c' }),
    );
    expect(acts(world, hers.id)).toEqual([['a', 'authorizer']]);
    expect(acts(world, his.id).sort()).toEqual([
      ['b', 'authorizer'],
      ['c', 'time'],
    ]);
  });

  it('that could be of two grants of one person are said to be', async () => {
    const world = aWorld();
    const both = [
      await stored(world.records, { status: 'active' }),
      await stored(world.records, { status: 'active' }),
    ];
    await trace(world, told('denied-secret-get', { auditID: 'c' }));
    for (const { id } of both) expect(acts(world, id)).toEqual([['c', 'several']]);
  });

  it('that come late are of a grant that is over', async () => {
    const world = aWorld();
    const { id } = await stored(world.records, { status: 'revoked' });
    await trace(world, told('denied-secret-get', { auditID: 'c', seconds: 0 }));
    expect(acts(world, id)).toEqual([['c', 'time']]);
  });

  it('are kept before anything is told of them, and tell the same when they come again (N58)', async () => {
    const world = aWorld();
    const { id } = await stored(world.records, { status: 'active' });
    const lines = [told('allowed-list', { id, auditID: 'a' }), told('watch-started', { id, auditID: 'w' })];
    world.faults.at('usageLines.put');
    await expect(trace(world, ...lines)).rejects.toThrow(Unavailable);
    expect(acts(world, id)).toEqual([]);
    await trace(world, ...lines);
    const first = { events: await world.inside.records.events(id), known: world.inside.usage.known.get(id) };
    await trace(world, ...lines);
    await trace(world, ...lines.toReversed());
    expect({
      events: await world.inside.records.events(id),
      known: world.inside.usage.known.get(id),
    }).toEqual(first);
    expect([...world.inside.usageLines.objects.values()][0]).toEqual(lines);
  });

  it('are not lost where the records are away: what was not told is told by the next try (N58)', async () => {
    const world = aWorld();
    const { id } = await stored(world.records, { status: 'active' });
    for (const call of ['usage.read', 'usage.save', 'records.commit', 'records.read']) {
      world.faults.at(call);
      await expect(trace(world, told('allowed-list', { id, auditID: 'a' }))).rejects.toThrow(Unavailable);
    }
    await trace(world, told('allowed-list', { id, auditID: 'a' }));
    expect(acts(world, id)).toEqual([['a', 'authorizer']]);
    expect(await typesOf(world, id)).toContain('first-used');
  });

  it('of a grant on another cluster, or of none, go nowhere, and are counted', async () => {
    const world = aWorld();
    const { id } = await stored(world.records, {
      status: 'active',
      changes: {},
    });
    await traceUsage(world, {
      cluster: { ...cluster, eksName: 'other' },
      lines: [told('allowed-list', { id })],
    });
    expect(acts(world, id)).toEqual([]);
    const standing = { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' };
    await trace(world, told('allowed-list', { who: 'bob', annotations: standing }));
    expect(counted(world)).toMatchObject({ UsageUnknown: 1 });
  });

  it('that can not be read are kept and counted; those of other logs are neither', async () => {
    const world = aWorld();
    const cut = told('allowed-list', {}).slice(0, 200);
    expect(await trace(world, cut, 'access granted')).toMatchObject({ lines: 2, broken: 1, kept: 1 });
    expect(counted(world)).toMatchObject({ UsageUnreadable: 1 });
  });
});

describe("the cluster's word", () => {
  const bindingOf = (id: string, verb: 'create' | 'delete', changes: Record<string, unknown> = {}) =>
    bindingLine(verb, { objectRef: { name: bindingName(id) }, ...changes });

  it('that the RoleBinding is gone goes on the record of a grant that is over', async () => {
    const world = aWorld();
    const { id } = await stored(world.records, { status: 'revoked' });
    await trace(
      world,
      bindingOf(id, 'create'),
      bindingOf(id, 'delete', { stageTimestamp: '2026-11-21T09:30:00.000000Z' }),
    );
    expect((await world.records.read(id))?.usage?.removal).toEqual({
      at: '2026-11-21T09:30:00.000Z',
      auditId: 'binding-delete',
    });
    expect((await typesOf(world, id)).at(-1)).toBe('removal-confirmed');
    expect(counted(world)).toEqual({});
  });

  it('that somebody else made or deleted one is an alarm, and so is any RBAC written by hand', async () => {
    const world = aWorld();
    const { id } = await stored(world.records, { status: 'active' });
    const admin = { username: 'kubernetes-admin', groups: ['system:masters'] };
    const byHand = bindingOf(id, 'create', { user: admin, objectRef: { name: 'handmade' } });
    const { byHand: found } = await trace(world, bindingOf(id, 'delete', { user: admin }), byHand);
    expect(found).toEqual([
      expect.stringContaining(`kubernetes-admin: delete rolebindings/${bindingName(id)} in payments`),
      expect.stringContaining('kubernetes-admin: create rolebindings/handmade in payments'),
    ]);
    expect(counted(world)).toEqual({ RbacByHand: 2 });
    world.catalog.usage = usageSchema.parse({ expected: ['kubernetes-*'] });
    expect((await trace(world, byHand)).byHand).toEqual([]);
  });
});

describe('what outlives a grant', () => {
  it('goes on its record once it is over, once, and is an alarm by its severity (N38)', async () => {
    const world = aWorld();
    const { id } = await stored(world.records, { status: 'revoked' });
    const token = told('impersonated-token-mint', { id, auditID: 't', seconds: 0 });
    await trace(world, told('exec-started', { id, auditID: 'e', seconds: 0 }), token);
    await trace(world, token);
    const events = (await world.inside.records.events(id)).filter(({ type }) => type === 'residual-found');
    expect(events).toHaveLength(1);
    expect(events[0]?.facts).toMatchObject({
      severity: 'high',
      residual: [{ kind: 'exec' }, { kind: 'token' }],
    });
    expect(counted(world)).toMatchObject({ ResidualFound: 1 });
    expect((await world.records.read(id))?.usage?.residual).toEqual(['e', 't']);
  });

  it('is not told while it lasts', async () => {
    const world = aWorld();
    const { id } = await stored(world.records, { status: 'active' });
    await trace(world, told('exec-started', { id }));
    expect(await typesOf(world, id)).not.toContain('residual-found');
  });
});

describe('what is out of the usual', () => {
  it('after the end is told on the record of what is over, once', async () => {
    const world = aWorld();
    const { id } = await stored(world.records, { status: 'revoked' });
    for (const auditID of ['a', 'b'])
      await trace(world, told('allowed-secret-get', { id, auditID, seconds: 600 }));
    expect((await world.records.read(id))?.usage?.flags).toMatchObject([
      { rule: 'use-after-end', auditId: 'a' },
    ]);
    expect(counted(world)).toMatchObject({ UsageFlagged: 1 });
  });

  it('ends a grant at once where the catalog says so', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    world.catalog.usage = usageSchema.parse({ rules: { dangerous: { action: 'end' } } });
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    await trace(world, told('impersonated-token-mint', { id: request.id, auditID: 't', seconds: 10 }));
    await machine.run();
    await machine.pass(2);
    const after = await world.records.read(request.id);
    expect(after).toMatchObject({
      status: 'revoked',
      endRequested: {
        by: 'curfew:TraceUsage',
        reason: expect.stringContaining('dangerous: create serviceaccounts/deployer/token'),
      },
    });
  });

  it('is only noted where the catalog says no more', async () => {
    const world = aWorld();
    world.catalog.usage = usageSchema.parse({ rules: { volume: { action: 'note', above: 1 } } });
    const { id } = await stored(world.records, { status: 'active' });
    await trace(
      world,
      told('allowed-list', { id, auditID: 'a' }),
      told('allowed-list', { id, auditID: 'b' }),
    );
    expect(await typesOf(world, id)).toContain('usage-flagged');
    expect(await world.records.read(id)).toMatchObject({ status: 'active' });
    expect(counted(world)).toEqual({});
  });
});
