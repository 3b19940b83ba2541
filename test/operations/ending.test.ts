/** Ends that something else could stand in the way of: clusters in trouble, labels taken away, roles made anew. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import type { AccessRequest } from '#domain/request.ts';
import { marks } from '#domain/role-binding.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld, stored } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers } from './world-view.ts';

async function granted(world: MemoryWorld, machine: Machine): Promise<AccessRequest> {
  const request = await ask(world);
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  expect(await statusOf(world, request)).toBe('active');
  return request;
}

describe('a cluster', () => {
  it('that is not ACTIVE any more gives nothing, and takes away what was given', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await granted(world, machine);
    world.inside.entries.unready.add('payments-prod');
    await machine.pass(70);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await leftovers(world)).toEqual([]);
    const another = await ask(world);
    await machine.run();
    await answerByMail(world, another);
    await machine.run();
    expect(await statusOf(world, another)).toBe('denied');
  });

  it('that was deleted ends its grants, since nothing stands on it', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await granted(world, machine);
    world.inside.entries.clusters.clear();
    world.inside.cluster.clusters.clear();
    world.inside.entries.standing.clear();
    await machine.pass(70);
    const record = await world.inside.records.read(request.id);
    expect(record?.status).toBe('revoked');
    expect(world.inside.ledger.allHolders()).toEqual([]);
  });
});

describe('a RoleBinding of ours', () => {
  const keyOf = ({ id }: AccessRequest) => `payments/curfew-${id.toLowerCase()}`;

  it('that lost our labels is deleted all the same', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await granted(world, machine);
    const binding = world.clusterOf('payments-prod').roleBindings.get(keyOf(request));
    if (!binding) throw new Error('It was granted.');
    binding.metadata.labels = {};
    await machine.pass(70);
    expect(world.clusterOf('payments-prod').roleBindings.size).toBe(0);
    expect(await statusOf(world, request)).toBe('revoked');
  });

  it('that lost our labels before its UID was read keeps its grant revoking until somebody has looked', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    world.faults.at('cluster.readRoleBinding', 'every');
    await machine.run();
    world.faults.clear();
    const { roleBindings } = world.clusterOf('payments-prod');
    const binding = roleBindings.get(keyOf(request));
    if (!binding) throw new Error('It was created, and not read back.');
    binding.metadata.labels = { [marks.managedBy]: 'helm' };
    await machine.pass(600);
    expect(await statusOf(world, request)).toBe('revoking');
    expect(roleBindings.size).toBe(1);
    expect(world.inside.metrics.counted).toContainEqual({ name: 'RevocationFailed', value: 1 });
    roleBindings.clear();
    await machine.pass(130);
    expect(await statusOf(world, request)).toBe('revoked');
  });

  it('that somebody replaced by one of theirs is gone, and theirs is left alone', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await granted(world, machine);
    const cluster = world.clusterOf('payments-prod');
    const ours = cluster.roleBindings.get(keyOf(request));
    if (!ours) throw new Error('It was granted.');
    const theirs = { ...ours, metadata: { ...ours.metadata, uid: cluster.nextUid(), labels: {} } };
    cluster.roleBindings.set(keyOf(request), theirs);
    await machine.pass(70);
    expect(await statusOf(world, request)).toBe('revoked');
    expect([...cluster.roleBindings.values()]).toEqual([theirs]);
  });
});

describe('a request that is approved and not yet opened', () => {
  it('is ended by whoever may end its grant, and is never granted', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    const ended = await revokeGrant(world, { caller: aCaller('rita'), id: request.id, reason: 'a mistake' });
    expect(ended.status).toBe('denied');
    await machine.pass(70);
    expect(await statusOf(world, request)).toBe('denied');
    expect(await leftovers(world)).toEqual([]);
  });
});

describe('the sweep', () => {
  it('gets to every grant within minutes, however many others can not be ended', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    machine.running = false;
    world.inside.entries.clusters.set('elsewhere', {
      eksName: 'elsewhere',
      region: 'us-east-1',
      endpoint: 'https://elsewhere.example.com',
      certificateAuthority: 'Y2E=',
    });
    const createdAt = '2026-11-21T05:00:00.000Z';
    const asked = { cluster: 'elsewhere' };
    for (let n = 0; n < 350; n++) await stored(world.inside.records, { status: 'active', createdAt, asked });
    const endable = await stored(world.inside.records, { status: 'active', createdAt });
    for (let n = 0; n < 350; n++) await stored(world.inside.records, { status: 'active', createdAt, asked });
    const looked: number[] = [];
    for (let minute = 0; minute < 14; minute++) {
      world.inside.clock.advance(60_000);
      looked.push((await sweepGrants(world)).looked);
    }
    expect(await statusOf(world, endable)).toBe('revoked');
    expect(Math.max(...looked)).toBeLessThanOrEqual(100);
  });

  it('leaves alone what is not due any more when the index was behind', async () => {
    const world = aWorld();
    new Machine(world);
    const { id } = await stored(world.inside.records, { status: 'active' });
    world.records.due = async () => [id];
    world.inside.clock.advance(120_000);
    expect(await sweepGrants(world)).toMatchObject({ looked: 0, repaired: [], failed: [] });
    expect(await sweepGrants(world, { requestId: id })).toMatchObject({ looked: 1, repaired: [id] });
  });

  it('ships events although it can not ask what is due, and ends grants although it can not ask what to ship', async () => {
    const world = aWorld();
    new Machine(world);
    const request = await stored(world.inside.records, {
      status: 'active',
      createdAt: '2026-11-21T05:00:00.000Z',
    });
    world.faults.at('records.due', 'every');
    await sweepGrants(world);
    expect(world.inside.auditSink.objects.size).toBeGreaterThan(0);
    world.faults.clear();
    world.faults.at('records.unshippedRequests', 'every');
    await sweepGrants(world);
    expect(await statusOf(world, request)).toBe('revoked');
  });
});
