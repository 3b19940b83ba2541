/** The sweep of one cluster: what stands there against what the records say. */
import { describe, expect, it } from 'vitest';
import { type MemoryWorld, memoryRoles } from '#adapters/memory/world.ts';
import { managedBy } from '#domain/access-entry.ts';
import { chainFault } from '#domain/audit-event.ts';
import { Unavailable } from '#domain/errors.ts';
import { after as plus } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { sweepCluster } from '#operations/sweep-cluster.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers } from './world-view.ts';

const cluster = { eksName: 'payments-prod', region: 'us-east-1' };
const placeOf = ({ id }: AccessRequest, namespace = 'payments') => `${namespace}/curfew-${id.toLowerCase()}`;

const sweep = (world: MemoryWorld) => sweepCluster(world, { v: 1, cluster, at: world.inside.clock.now() });

/** A grant in force for minutes, with as much before it. */
async function granted(world: MemoryWorld, machine: Machine, who: 'alice' | 'bob' | 'ci' = 'alice') {
  const request = await ask(world, who, { seconds: 1800 });
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  expect(await statusOf(world, request)).toBe('active');
  world.inside.clock.advance(120_000);
  return request;
}

async function aGrant() {
  const world = aWorld();
  const machine = new Machine(world);
  const request = await granted(world, machine);
  const { roleBindings } = world.clusterOf('payments-prod');
  const standing = roleBindings.get(placeOf(request));
  if (!standing) throw new Error('It was granted.');
  return { world, machine, request, roleBindings, standing };
}

/** A RoleBinding that somebody makes by hand. */
function plant(world: MemoryWorld, place: string, labels: Record<string, string>): RoleBinding {
  const [namespace = '', name = ''] = place.split('/');
  const made = world.clusterOf('payments-prod');
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { namespace, name, uid: made.nextUid(), labels, annotations: {} },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' }],
  } as const;
  made.roleBindings.set(place, structuredClone(binding) as never);
  return structuredClone(binding) as never;
}

const ours = (requestId: string, deployment = 'memory') => ({
  [marks.managedBy]: managedBy,
  [marks.deployment]: deployment,
  [marks.request]: requestId.toLowerCase(),
});

const countOf = (world: MemoryWorld, name: string) =>
  world.inside.metrics.counted.filter((one) => one.name === name).reduce((sum, { value }) => sum + value, 0);

describe('a sweep of a cluster', () => {
  it('finds nothing to do while all is as it was made, and changes nothing', async () => {
    const { world, request } = await aGrant();
    const before = structuredClone([...world.inside.records.requests.values()]);
    expect(await sweep(world)).toEqual({ pages: 3, orphans: [], drift: [], ended: [], failed: [] });
    expect([...world.inside.records.requests.values()]).toEqual(before);
    expect(await statusOf(world, request)).toBe('active');
  });

  it('believes the record and not the index, which lags', async () => {
    const { world, request } = await aGrant();
    world.inside.records.listLive = async () => ({ items: [] });
    expect(await sweep(world)).toMatchObject({ orphans: [], drift: [], ended: [], failed: [] });
    expect(await statusOf(world, request)).toBe('active');
  });

  it('does nothing about what it can not read', async () => {
    const { world, request, roleBindings } = await aGrant();
    plant(world, 'payments/curfew-x', ours('x'));
    world.faults.at('records.read', 'every');
    const { failed, orphans } = await sweep(world);
    expect(orphans).toEqual([]);
    expect(failed).not.toEqual([]);
    expect(roleBindings.size).toBe(2);
    expect(await statusOf(world, request)).toBe('active');
  });

  it('drops work that waited too long', async () => {
    const { world } = await aGrant();
    plant(world, 'payments/curfew-x', ours('x'));
    const at = plus(world.inside.clock.now(), -5 * 60_000);
    expect(await sweepCluster(world, { v: 1, cluster, at })).toMatchObject({ pages: 0, orphans: [] });
  });
});

describe('a RoleBinding that nobody asked for', () => {
  it.each(['01KAJ000000000000000000XYZ', 'nonsense', ''])(
    'with our mark and request "%s" is taken away',
    async (requestId) => {
      const { world, request, roleBindings } = await aGrant();
      plant(world, 'payments/curfew-x', ours(requestId));
      expect((await sweep(world)).orphans).toEqual(['payments/curfew-x']);
      expect([...roleBindings.keys()]).toEqual([placeOf(request)]);
      expect(countOf(world, 'OrphanRemoved')).toBe(1);
      expect(await statusOf(world, request)).toBe('active');
    },
  );

  it('stays when it has no mark of ours, or that of another deployment', async () => {
    const { world, roleBindings } = await aGrant();
    plant(world, 'payments/theirs', { [marks.managedBy]: 'helm' });
    plant(world, 'payments/curfew-y', ours('01KAJ000000000000000000XYZ', 'another'));
    expect(await sweep(world)).toMatchObject({ orphans: [], drift: [], failed: [] });
    expect(roleBindings.size).toBe(3);
  });

  it('of a request that is over is taken away, and its record says so and stays over', async () => {
    const { world, machine, request, standing, roleBindings } = await aGrant();
    await revokeGrant(world, { caller: aCaller('alice'), id: request.id, reason: 'done' });
    await machine.run();
    expect(await statusOf(world, request)).toBe('revoked');
    roleBindings.set(placeOf(request), standing);
    expect((await sweep(world)).orphans).toEqual([placeOf(request)]);
    await machine.run();
    const events = await world.inside.records.events(request.id);
    expect(events.at(-1)).toMatchObject({ type: 'swept', status: 'revoked', actor: 'curfew:SweepCluster' });
    expect(chainFault(events)).toBeUndefined();
    expect(await leftovers(world)).toEqual([]);
  });

  it('in a place that its live grant has nothing in is taken away, and the grant lives on', async () => {
    const { world, request, roleBindings } = await aGrant();
    plant(world, placeOf(request, 'checkout'), ours(request.id));
    expect((await sweep(world)).orphans).toEqual([placeOf(request, 'checkout')]);
    expect([...roleBindings.keys()]).toEqual([placeOf(request)]);
    expect(await statusOf(world, request)).toBe('active');
  });

  it('that was gone already when it was to be deleted is not counted', async () => {
    const { world, roleBindings } = await aGrant();
    plant(world, 'payments/curfew-x', ours('x'));
    const read = world.inside.records.read.bind(world.inside.records);
    world.inside.records.read = async (id) => {
      roleBindings.delete('payments/curfew-x');
      return read(id);
    };
    expect(await sweep(world)).toMatchObject({ orphans: [], failed: [] });
  });
});

describe('a grant whose RoleBinding was changed by hand ends', () => {
  it.each<[string, (binding: RoleBinding) => void, RegExp]>([
    [
      'when a subject was added',
      ({ subjects }) => subjects.push({ ...(subjects[0] as RoleBinding['subjects'][0]), name: 'mallory' }),
      /edited by hand: it has more subjects/,
    ],
    [
      'when its end was put off',
      ({ metadata }) => {
        metadata.annotations[marks.expiresAt] = '2027-01-01T00:00:00.000Z';
      },
      /edited by hand: it has another expires-at/,
    ],
    [
      'when its labels were taken away',
      ({ metadata }) => {
        metadata.labels = {};
      },
      /lost its labels/,
    ],
    [
      'when it was made anew',
      ({ metadata }) => {
        metadata.uid = '11111111-0000-4000-8000-999999999999';
      },
      /edited by hand: it was made anew/,
    ],
  ])('%s', async (_, edit, reason) => {
    const { world, request, standing, roleBindings } = await aGrant();
    edit(standing);
    const report = await sweep(world);
    expect(report).toMatchObject({ ended: [request.id], failed: [], orphans: [] });
    expect(report.drift).toHaveLength(1);
    expect(roleBindings.size).toBe(0);
    const record = await world.inside.records.read(request.id);
    expect(record).toMatchObject({ status: 'revoked', ending: { reason: expect.stringMatching(reason) } });
    expect(world.inside.ledger.allHolders()).toEqual([]);
    expect(countOf(world, 'DriftFound')).toBe(1);
  });

  it('when it was deleted', async () => {
    const { world, request, roleBindings } = await aGrant();
    roleBindings.clear();
    expect(await sweep(world)).toMatchObject({ ended: [request.id], failed: [] });
    expect((await world.inside.records.read(request.id))?.ending?.reason).toMatch(/was deleted by hand/);
  });

  it('but not when a list leaves out what a look at its place shows', async () => {
    const { world, request } = await aGrant();
    const survey = world.inside.clusterLeg.survey.bind(world.inside.clusterLeg);
    world.inside.clusterLeg.survey = async (plan) => (plan.places ? survey(plan) : { grants: [] });
    expect(await sweep(world)).toMatchObject({ ended: [], drift: [], failed: [] });
    expect(await statusOf(world, request)).toBe('active');
  });

  it('and nobody else', async () => {
    const { world, machine, request, standing } = await aGrant();
    const other = await granted(world, machine, 'bob');
    standing.subjects.push({ ...(standing.subjects[0] as RoleBinding['subjects'][0]), name: 'mallory' });
    expect((await sweep(world)).ended).toEqual([request.id]);
    expect(await statusOf(world, other)).toBe('active');
    expect(world.inside.ledger.allHolders()).toEqual([other.id]);
  });
});

describe('an access entry', () => {
  const key = { ...cluster, principalArn: memoryRoles.developer.arn };
  const ciKey = { ...cluster, principalArn: memoryRoles.ci.arn };

  it.each<[string, Parameters<MemoryWorld['inside']['entries']['edit']>[1], RegExp]>([
    ['got another username', { username: 'admin' }, /its username is admin/],
    ['got another group', { groups: ['system:masters'] }, /its groups are system:masters/],
    [
      'got an access policy',
      { policies: ['arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy'] },
      /access policies/,
    ],
  ])('of ours that %s ends its grants and is deleted', async (_, edit, reason) => {
    const { world, machine, request } = await aGrant();
    const other = await granted(world, machine, 'ci');
    world.inside.entries.edit(key, edit);
    const report = await sweep(world);
    expect(report).toMatchObject({ ended: [request.id], failed: [] });
    const record = await world.inside.records.read(request.id);
    expect(record).toMatchObject({ status: 'revoked', ending: { reason: expect.stringMatching(reason) } });
    expect(await world.inside.entries.describe(key)).toBeUndefined();
    expect(await statusOf(world, other)).toBe('active');
  });

  it('of ours that nobody holds is deleted, known to the ledger or not', async () => {
    const { world } = await aGrant();
    const tags = { 'curfew:managed-by': 'curfew', 'curfew:deployment': 'memory' };
    world.inside.entries.plant(ciKey, { tags, username: 'curfew:x' });
    expect((await sweep(world)).orphans).toEqual([`access entry of ${memoryRoles.ci.arn}`]);
    expect(await world.inside.entries.describe(ciKey)).toBeUndefined();
    expect(await world.inside.ledger.read(ciKey)).toMatchObject({ state: 'absent' });
    // And once more, now that the ledger knows of it.
    world.inside.entries.plant(ciKey, { tags, username: 'curfew:x' });
    expect((await sweep(world)).orphans).toHaveLength(1);
  });

  it('that the ledger has as present, and nobody holds, is deleted', async () => {
    const { world, request } = await aGrant();
    await world.inside.ledger.release(key, request.id);
    expect((await sweep(world)).orphans).toEqual([`access entry of ${key.principalArn}`]);
    expect(await world.inside.entries.describe(key)).toBeUndefined();
  });

  it('of somebody else, or of another deployment, or being deleted by a call, is left alone', async () => {
    const { world, request } = await aGrant();
    const tags = { 'curfew:managed-by': 'curfew', 'curfew:deployment': 'another' };
    world.inside.entries.plant(ciKey, { tags, username: 'curfew:x' });
    world.inside.entries.plant({ ...cluster, principalArn: 'arn:aws:iam::111122223333:role/theirs' });
    world.inside.entries.plant({ ...cluster, principalArn: 'arn:aws:iam::111122223333:user/una' }, { tags });
    const deleteLease = plus(world.inside.clock.now(), 60_000);
    const item = await world.inside.ledger.read(key);
    if (!item) throw new Error('It is held.');
    await world.inside.ledger.move(item, { ...item, state: 'deleting', deleteLease });
    await world.inside.ledger.release(key, request.id);
    expect(await sweep(world)).toMatchObject({ orphans: [], drift: [], ended: [], failed: [] });
    expect(world.inside.entries.standing.size).toBe(4);
  });

  it("that lets the cluster leg itself in is left alone, although it bears the deployment's tags", async () => {
    const { world } = await aGrant();
    const tags = { 'curfew:managed-by': 'curfew', 'curfew:deployment': 'memory' };
    const roles = ['bind-role', 'unbind-role', 'survey-cluster'];
    for (const leg of roles) {
      const principalArn = `arn:aws:iam::111122223333:role/${leg}`;
      world.inside.entries.plant({ ...cluster, principalArn }, { tags, username: `curfew-system:${leg}` });
    }
    expect(await sweep(world)).toMatchObject({ orphans: [], drift: [], failed: [] });
    expect(world.inside.entries.standing.size).toBe(4);
  });

  it('that EKS shows although it was just deleted is no orphan', async () => {
    const { world } = await aGrant();
    const planted = world.inside.entries.plant(ciKey, {
      username: 'curfew:x',
      tags: { 'curfew:managed-by': 'curfew', 'curfew:deployment': 'memory' },
    });
    let looks = 0;
    const until = plus(world.inside.clock.now(), 5_000);
    const describe_ = world.inside.entries.describe.bind(world.inside.entries);
    world.inside.entries.describe = async (asked) => {
      if (asked.principalArn !== planted.principalArn) return describe_(asked);
      looks += 1;
      return world.inside.clock.now() < until ? planted : undefined;
    };
    expect(await sweep(world)).toMatchObject({ orphans: [], failed: [] });
    expect(looks).toBe(2);
  });

  it('that replaced ours by hand is told and left alone, also once nobody needs it', async () => {
    const { world, request } = await aGrant();
    const ours = await world.inside.entries.describe(key);
    if (!ours) throw new Error('It was made.');
    const theirs = world.inside.entries.plant(key, ours);
    await world.inside.ledger.release(key, request.id);
    const report = await sweep(world);
    expect(report).toMatchObject({ orphans: [], ended: [], failed: [] });
    expect(report.drift).toEqual([expect.stringMatching(/was replaced by another/)]);
    expect(await world.inside.entries.describe(key)).toEqual(theirs);
  });

  it('that was deleted by hand is told, and neither made anew nor any grant ended', async () => {
    const { world, request } = await aGrant();
    await world.inside.entries.delete(key);
    const report = await sweep(world);
    expect(report).toMatchObject({ ended: [], failed: [] });
    expect(report.drift).toEqual([expect.stringMatching(/is gone while 1 grants need it/)]);
    expect(await statusOf(world, request)).toBe('active');
    expect(await world.inside.entries.describe(key)).toBeUndefined();
  });

  it('is read in turns where there are many', async () => {
    const { world } = await aGrant();
    const tags = { 'curfew:managed-by': 'curfew', 'curfew:deployment': 'memory' };
    for (let n = 100; n < 160; n++)
      world.inside.entries.plant(
        { ...cluster, principalArn: `arn:aws:iam::111122223333:role/r-${n}` },
        n === 159 ? { tags, username: 'curfew:x' } : {},
      );
    const described: number[] = [];
    for (
      let turn = 0;
      turn < 3 && (await world.inside.entries.list(cluster, { limit: 100 })).items.length > 60;
      turn++
    ) {
      const before = world.faults.calls.length;
      await sweep(world);
      described.push(world.faults.calls.slice(before).filter((point) => point === 'entries.describe').length);
      world.inside.clock.advance(290_000);
    }
    expect(Math.max(...described)).toBeLessThanOrEqual(30);
    expect(world.inside.entries.standing.size).toBe(60);
  });
});

describe('the IAM role of a grant', () => {
  const { account, roleName } = memoryRoles.developer;

  it('that was deleted, or made anew, ends its grants', async () => {
    for (const [change, reason] of [
      [(world: MemoryWorld) => world.inside.identities.roles.delete(`${account}/${roleName}`), /was deleted/],
      [
        (world: MemoryWorld) => world.inside.identities.add({ ...memoryRoles.developer, roleId: 'AROANEW' }),
        /was made anew/,
      ],
      [
        (world: MemoryWorld) =>
          world.inside.identities.add({
            ...memoryRoles.developer,
            arn: 'arn:aws:iam::111122223333:role/other/path',
          }),
        /was deleted/,
      ],
    ] as const) {
      const { world, machine, request } = await aGrant();
      const other = await granted(world, machine, 'ci');
      change(world);
      expect(await sweep(world)).toMatchObject({ ended: [request.id], failed: [] });
      expect((await world.inside.records.read(request.id))?.ending?.reason).toMatch(reason);
      expect(await statusOf(world, other)).toBe('active');
    }
  });

  it('that can not be read ends nothing', async () => {
    const { world, request } = await aGrant();
    world.faults.at('identities.find', 'every', 'before', new Unavailable('AccessDenied'));
    const { ended, failed } = await sweep(world);
    expect([ended, failed.length]).toEqual([[], 1]);
    expect(await statusOf(world, request)).toBe('active');
  });
});
