/** The kill switch on a whole world: what is live ends, whatever the state machine does, and it is proven before it is said. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { chainFault } from '#domain/audit-event.ts';
import { InvalidInput, KillNotFound, NotAllowed } from '#domain/errors.ts';
import { type KillOrder, killStatus } from '#domain/kill-order.ts';
import type { KillScope } from '#domain/kill-scope.ts';
import type { AccessRequest } from '#domain/request.ts';
import { driveKills, killGrants } from '#operations/kill-grants.ts';
import { liftKill, listKills, orderKill, showKill } from '#operations/kill-orders.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld, stored } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers, standingBindings } from './world-view.ts';

const pat = aCaller('pat');
const everything: KillScope = { kind: 'everything' };
const person = (value: string): KillScope => ({ kind: 'person', value });

function aHouse(): { world: MemoryWorld; machine: Machine } {
  const world = aWorld();
  return { world, machine: new Machine(world) };
}

async function granted(
  { world, machine }: ReturnType<typeof aHouse>,
  who: Parameters<typeof ask>[1] = 'alice',
): Promise<AccessRequest> {
  const request = await ask(world, who, { seconds: 3600 });
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  expect(await statusOf(world, request)).toBe('active');
  return request;
}

async function kill(world: MemoryWorld, scope = everything): Promise<KillOrder> {
  const { order } = await orderKill(world, { caller: pat, scope, reason: 'laptop stolen' });
  return order;
}

async function done(world: MemoryWorld, { id }: KillOrder): Promise<KillOrder> {
  const order = await killGrants(world, { killId: id });
  if (!order) throw new Error(`There is no order ${id}.`);
  return order;
}

describe('killing everything', () => {
  it('ends every live grant with the operator and their reason on record, the state machine standing still', async () => {
    const house = aHouse();
    const { world, machine } = house;
    const requests = [await granted(house), await granted(house, 'bob'), await granted(house, 'ci')];
    machine.running = false;
    world.faults.at('executions.start', 'every');
    world.faults.at('executions.succeed', 'every');
    world.faults.at('executions.status', 'every');
    const order = await kill(world);
    expect(order.by).toBe('pat@example.com');
    const ended = await done(world, order);
    expect(killStatus(ended)).toBe('killed');
    expect([ended.ended, ended.passed]).toEqual([3, 4]);
    for (const { id } of requests) {
      const record = await world.inside.records.read(id);
      expect(record?.status).toBe('revoked');
      expect(record?.endRequested).toMatchObject({ by: 'pat@example.com' });
      expect(record?.ending?.reason).toBe(`laptop stolen (kill switch ${order.id})`);
    }
    expect(standingBindings(world)).toEqual([]);
    const events = await world.inside.kills.events(order.id);
    expect(chainFault(events)).toBeUndefined();
    // Two of them share an access entry, and only one call at a time deletes that: the second pass ends the other.
    const figures = events.map(({ type, facts: { found, ended } }) => [type, found ?? '', ended ?? '']);
    expect(figures).toEqual([
      ['kill-ordered', '', ''],
      ['kill-passed', 3, 2],
      ['kill-passed', 1, 1],
      ['kill-passed', 0, 0],
      ['kill-done', '', 3],
    ]);
    expect(world.faults.calls.filter((call) => call.startsWith('executions.')).length).toBeLessThan(10);

    world.faults.clear();
    machine.running = true;
    await machine.pass(61);
    expect(await leftovers(world)).toEqual([]);
  });

  it('denies what is approved and not opened, and lets what nobody answered wait', async () => {
    const house = aHouse();
    const { world, machine } = house;
    const pending = await ask(world, 'bob');
    await machine.run();
    machine.running = false;
    const approved = await stored(world.inside.records, { status: 'approved' });
    const scheduled = await stored(world.inside.records, { status: 'scheduled' });
    const ended = await done(world, await kill(world));
    expect(killStatus(ended)).toBe('killed');
    expect(ended.ended).toBe(2);
    for (const one of [approved, scheduled]) expect(await statusOf(world, one)).toBe('denied');
    expect(await statusOf(world, pending)).toBe('pending');
  });

  it('is not done before nothing that was opened before it can appear any more, and ends that too', async () => {
    const house = aHouse();
    const { world, machine } = house;
    const request = await ask(world);
    await machine.run();
    await answerByMail(world, request);
    // BindRole's call is on its way while the switch is put on; it arrives after a first pass.
    const connect = world.cluster.connect.bind(world.cluster);
    world.faults.at('cluster.createRoleBinding', 'every');
    await machine.run();
    world.faults.clear();
    world.cluster.connect = connect;
    const begun = world.inside.clock.now();
    const order = await kill(world);
    const ended = await done(world, order);
    expect(killStatus(ended)).toBe('killed');
    expect(Date.parse(ended.doneAt ?? '') - Date.parse(begun)).toBeGreaterThan(30_000);
    expect(['revoked', 'failed']).toContain(await statusOf(world, request));
    expect(standingBindings(world)).toEqual([]);
  });

  it('deletes by UID what carries our mark and has no live record', async () => {
    const house = aHouse();
    const { world, machine } = house;
    const request = await granted(house);
    machine.running = false;
    const { roleBindings } = world.clusterOf('payments-prod');
    const [[key, binding] = []] = roleBindings;
    if (!key || !binding) throw new Error('It was granted.');
    const copy = structuredClone(binding);
    copy.metadata.name = 'curfew-01kaj0000000000000000other';
    copy.metadata.uid = 'another';
    copy.metadata.labels['curfew.dev/request'] = '01kaj0000000000000000other';
    roleBindings.set(`payments/${copy.metadata.name}`, copy);
    const foreign = structuredClone(binding);
    foreign.metadata.name = 'theirs';
    foreign.metadata.labels = { ...foreign.metadata.labels, 'curfew.dev/deployment': 'another' };
    foreign.metadata.uid = 'foreign';
    roleBindings.set('payments/theirs', foreign);
    const ended = await done(world, await kill(world));
    expect(killStatus(ended)).toBe('killed');
    expect([...roleBindings.keys()]).toEqual(['payments/theirs']);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(ended.ended).toBe(2);
    const events = await world.inside.kills.events(ended.id);
    expect(events[1]?.facts.orphans).toEqual([`us-east-1/payments-prod/payments/${copy.metadata.name}`]);
  });

  it('says what it can not reach, goes on, and is done once it is reached', async () => {
    const house = aHouse();
    const { world, machine } = house;
    const request = await granted(house);
    machine.running = false;
    world.clusterOf('payments-prod').reachable = false;
    const order = await kill(world);
    const stuck = await done(world, order);
    expect(killStatus(stuck)).toBe('killing');
    expect(stuck.passes.at(-1)?.clusters).toContainEqual({
      cluster: 'us-east-1/payments-prod',
      found: 1,
      ended: 0,
      problem: expect.stringContaining('failed'),
    });
    expect(await statusOf(world, request)).toBe('revoking');
    world.clusterOf('payments-prod').reachable = true;
    expect(killStatus(await done(world, order))).toBe('killed');
    expect(await statusOf(world, request)).toBe('revoked');
  });

  it('ends a thousand grants in few calls: of EKS one for the cluster, of UnbindRole one for two hundred', async () => {
    const { world, machine } = aHouse();
    machine.running = false;
    const createdAt = '2026-11-21T07:50:00.000Z';
    for (let n = 0; n < 1000; n++) await stored(world.inside.records, { status: 'active', createdAt });
    world.faults.calls.length = 0;
    const ended = await done(world, await kill(world));
    expect([killStatus(ended), ended.ended]).toEqual(['killed', 1000]);
    const count = (point: string) => world.faults.calls.filter((call) => call === point).length;
    const passes = ended.passed;
    expect(count('entries.findCluster')).toBeLessThanOrEqual(2 * passes);
    expect(count('clusterLeg.unbindAll') + count('clusterLeg.unbind')).toBeLessThanOrEqual(5 * passes);
  });

  it('needs neither the list of clusters nor the catalog for a cluster that has grants', async () => {
    const house = aHouse();
    const { world, machine } = house;
    const request = await granted(house);
    machine.running = false;
    const without = { ...world, catalog: { ...world.catalog, clusters: {} } };
    world.faults.at('clusters.list', 1);
    const ended = await killGrants(without, { killId: (await kill(world)).id });
    expect(ended && killStatus(ended)).toBe('killed');
    expect(await statusOf(world, request)).toBe('revoked');
  });
});

describe('killing a scope', () => {
  it.each<[string, KillScope]>([
    ['person', person('alice@example.com')],
    ['session of a role', person('build-42')],
  ])('of one %s leaves the others alone', async (_, scope) => {
    const house = aHouse();
    const { world, machine } = house;
    const [alice, bob, ci] = [await granted(house), await granted(house, 'bob'), await granted(house, 'ci')];
    machine.running = false;
    expect(killStatus(await done(world, await kill(world, scope)))).toBe('killed');
    const hit = scope.kind !== 'everything' && scope.value === 'build-42' ? ci : alice;
    for (const one of [alice, bob, ci])
      expect([one.requester.key, await statusOf(world, one)]).toEqual([
        one.requester.key,
        one === hit ? 'revoked' : 'active',
      ]);
    expect(standingBindings(world)).toHaveLength(2);
  });

  it('of one role ends what everyone in it has, whatever path its ARN is given with', async () => {
    const house = aHouse();
    const { world, machine } = house;
    const [alice, bob, ci] = [await granted(house), await granted(house, 'bob'), await granted(house, 'ci')];
    machine.running = false;
    const { account, roleName } = aCaller('alice').principal;
    const scope: KillScope = { kind: 'principal', value: `arn:aws:iam::${account}:role/${roleName}` };
    await done(world, await kill(world, scope));
    expect([await statusOf(world, alice), await statusOf(world, bob), await statusOf(world, ci)]).toEqual([
      'revoked',
      'revoked',
      'active',
    ]);
  });

  it('of a person ends what was edited to give them access under the record of somebody else', async () => {
    const house = aHouse();
    const { world, machine } = house;
    await granted(house, 'bob');
    machine.running = false;
    const { roleBindings } = world.clusterOf('payments-prod');
    const [binding] = roleBindings.values();
    const [subject] = binding?.subjects ?? [];
    if (!binding || !subject) throw new Error('It was granted.');
    binding.subjects.push({ ...subject, name: subject.name.replace('bob@', 'alice@') });
    await done(world, await kill(world, person('alice@example.com')));
    expect(roleBindings.size).toBe(0);
  });

  it('of another cluster touches nothing here', async () => {
    const house = aHouse();
    const { world } = house;
    const request = await granted(house);
    const order = await kill(world, { kind: 'cluster', value: 'eu-west-1/old' });
    expect((await done(world, order)).ended).toBe(0);
    expect(await statusOf(world, request)).toBe('active');
  });
});

describe('under faults', () => {
  const points = [
    'kills.read',
    'kills.save',
    'clusters.list',
    'records.listOpen',
    'records.listLive',
    'records.read',
    'records.commit',
    'entries.findCluster',
    'entries.describe',
    'entries.delete',
    'ledger.release',
    'clusterLeg.unbind',
    'clusterLeg.unbindAll',
    'clusterLeg.survey',
    'cluster.connect',
    'cluster.deleteRoleBinding',
  ];
  it.each(
    points.flatMap((point) => (['before', 'after', 'twice'] as const).map((mode) => [point, mode] as const)),
  )('%s failing %s ends in killed all the same, and only the truth is said', async (point, mode) => {
    const house = aHouse();
    const { world, machine } = house;
    await granted(house);
    await granted(house, 'bob');
    await stored(world.inside.records, { status: 'approved' });
    machine.running = false;
    const order = await kill(world);
    world.faults.at(point, 1, mode);
    world.faults.at(point, 3, mode);
    let last: KillOrder | undefined;
    for (let call = 0; call < 5; call++) {
      last = await killGrants(world, { killId: order.id }).catch(() => undefined);
      if (last?.doneAt) break;
      world.inside.clock.advance(1000);
    }
    expect(world.faults.happened.length).toBeGreaterThan(0);
    expect(last?.doneAt).toBeDefined();
    expect(standingBindings(world)).toEqual([]);
    for (const { status } of world.inside.records.requests.values())
      expect(['revoked', 'denied']).toContain(status);
    expect(chainFault(await world.inside.kills.events(order.id))).toBeUndefined();
  });

  it('three drivers at the same time do no harm', async () => {
    const house = aHouse();
    const { world, machine } = house;
    await granted(house);
    await granted(house, 'bob');
    machine.running = false;
    const order = await kill(world);
    await Promise.all([1, 2, 3].map(() => killGrants(world, { killId: order.id }).catch(() => undefined)));
    const ended = await done(world, order);
    expect(killStatus(ended)).toBe('killed');
    expect(standingBindings(world)).toEqual([]);
    expect(chainFault(await world.inside.kills.events(order.id))).toBeUndefined();
  });

  it('a call that was lost is made by the sweep, one that goes on is not made twice', async () => {
    const { world } = aHouse();
    world.faults.at('background.killGrants', 1);
    const order = await kill(world);
    expect(world.inside.background.kills).toEqual([]);
    await driveKills(world);
    expect(world.inside.background.kills).toEqual([]);
    world.inside.clock.advance(10_000);
    await sweepGrants(world);
    expect(world.inside.background.kills).toEqual([order.id]);
    world.clusterOf('payments-prod').reachable = false;
    await done(world, order);
    await driveKills(world);
    expect(world.inside.background.kills).toHaveLength(1);
    world.inside.clock.advance(90_000);
    await driveKills(world);
    expect(world.inside.background.kills).toHaveLength(2);
    world.clusterOf('payments-prod').reachable = true;
    await done(world, order);
    world.inside.clock.advance(90_000);
    await driveKills(world);
    expect(world.inside.background.kills).toHaveLength(2);
  });
});

describe('an order that takes long', () => {
  it('is counted for an alarm, until it is done', async () => {
    const { world } = aHouse();
    const counted = () =>
      world.inside.metrics.counted.filter(({ name }) => name === 'KillUnfinished').at(-1)?.value;
    world.clusterOf('payments-prod').reachable = false;
    const order = await kill(world);
    world.inside.clock.advance(5 * 60_000 - 1);
    await driveKills(world);
    expect(counted()).toBe(0);
    world.inside.clock.advance(1);
    await driveKills(world);
    expect(counted()).toBe(1);
    world.clusterOf('payments-prod').reachable = true;
    await done(world, order);
    await driveKills(world);
    expect(counted()).toBe(0);
  });
});

describe('an operator', () => {
  it('gets the same order for the same scope, which calls KillGrants once more', async () => {
    const { world } = aHouse();
    const first = await orderKill(world, { caller: pat, scope: everything, reason: 'one' });
    const second = await orderKill(world, { caller: pat, scope: everything, reason: 'two' });
    expect([first.created, second.created]).toEqual([true, false]);
    expect(second.order).toEqual(first.order);
    expect(world.inside.background.kills).toEqual([first.order.id, first.order.id]);
    const page = await listKills(world, { caller: pat, limit: 10 });
    expect(page.items).toEqual([first.order]);
  });

  it('lifts it once, on record, and grants are opened again; what was ended stays so', async () => {
    const house = aHouse();
    const { world } = house;
    const before = await granted(house);
    const order = await kill(world);
    await done(world, order);
    const lifted = await liftKill(world, { caller: pat, id: order.id, reason: 'found it' });
    expect(killStatus(lifted)).toBe('lifted');
    expect(await liftKill(world, { caller: pat, id: order.id, reason: 'again' })).toEqual(lifted);
    expect((await world.inside.kills.events(order.id)).at(-1)).toMatchObject({
      type: 'kill-lifted',
      actor: 'pat@example.com',
      facts: { reason: 'found it' },
    });
    expect(await statusOf(world, before)).toBe('revoked');
    await granted(house, 'bob');
    expect((await done(world, order)).lifted).toBeDefined();
    expect(standingBindings(world)).toHaveLength(1);
  });

  it('is told of a cluster that nobody knows, instead of a switch that does nothing', async () => {
    const { world } = aHouse();
    const wrong = orderKill(world, {
      caller: pat,
      scope: { kind: 'cluster', value: 'paymnts' },
      reason: 'x',
    });
    await expect(wrong).rejects.toBeInstanceOf(InvalidInput);
    expect(world.inside.kills.orders.size).toBe(0);
    await expect(showKill(world, { caller: pat, id: 'nothing' })).rejects.toBeInstanceOf(KillNotFound);
    await expect(liftKill(world, { caller: pat, id: 'nothing', reason: 'x' })).rejects.toBeInstanceOf(
      KillNotFound,
    );
  });

  it.each(['alice', 'rita', 'ci'] as const)('%s is not', async (name) => {
    const { world } = aHouse();
    const caller = aCaller(name);
    const order = await kill(world);
    const tries = [
      orderKill(world, { caller, scope: person('bob@example.com'), reason: 'x' }),
      liftKill(world, { caller, id: order.id, reason: 'x' }),
      showKill(world, { caller, id: order.id }),
      listKills(world, { caller, limit: 10 }),
    ];
    for (const tried of tries) await expect(tried).rejects.toBeInstanceOf(NotAllowed);
    expect([...world.inside.kills.orders.values()]).toEqual([order]);
  });
});
