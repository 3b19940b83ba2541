/** BindRole carries out exactly a signed plan, in time, on a fenced cluster, and takes nothing for its own that isn't. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import type { SignedPlan } from '#domain/plan.ts';
import { type RoleBinding, roleBindingsOf } from '#domain/role-binding.ts';
import { bindRole } from '#operations/bind-role.ts';
import { openGrant } from '#operations/open-grant.ts';
import { aWorld, stored } from '../builders/world.ts';

/** A plan for two namespaces, as OpenGrant signs it. */
async function planned(): Promise<{ world: MemoryWorld; signed: SignedPlan }> {
  const world = aWorld({ now: '2026-11-21T08:00:05.000Z' });
  const asked = { namespaces: ['checkout', 'payments'] };
  const { id } = await stored(world.inside.records, { status: 'approved', asked });
  return { world, signed: await openGrant(world, { requestId: id }) };
}

const standing = (world: MemoryWorld) => world.clusterOf('payments-prod').roleBindings;

async function refused(world: MemoryWorld, signed: SignedPlan, name: string): Promise<void> {
  await expect(bindRole(world, signed)).rejects.toMatchObject({ name });
  expect([...standing(world).keys()]).toEqual([]);
}

describe('a plan', () => {
  it('is carried out in each of its namespaces, and again with the same result', async () => {
    const { world, signed } = await planned();
    const first = await bindRole(world, signed);
    expect(first.bindings.map(({ namespace }) => namespace)).toEqual(['checkout', 'payments']);
    expect(await bindRole(world, signed)).toEqual(first);
    expect(standing(world).size).toBe(2);
  });

  it('that says anything else than what was signed is refused', async () => {
    const { world, signed } = await planned();
    const { plan, signature } = signed;
    const forged: SignedPlan[] = [
      {
        plan: { ...plan, subject: { kind: 'User', name: 'curfew:111122223333:Developer:mallory' } },
        signature,
      },
      { plan: { ...plan, expiresAt: '2027-01-01T00:00:00.000Z' }, signature },
      { plan, signature: '' },
      { plan, signature: `AA${signature.slice(2)}` },
    ];
    for (const one of forged) await refused(world, one, 'PlanRefused');
  });

  it('of another deployment is refused, though its signature is good (N31)', async () => {
    const { world, signed } = await planned();
    await refused(world, await world.signer.sign({ ...signed.plan, deployment: 'other' }), 'PlanRefused');
  });

  it('is refused from create-before on, without asking the cluster (N25)', async () => {
    const { world, signed } = await planned();
    const { createBefore } = signed.plan;
    world.inside.clock.advance(Date.parse(createBefore) - Date.parse(world.inside.clock.now()));
    await refused(world, signed, 'PlanRefused');
    expect(world.faults.calls.filter((point) => point.startsWith('cluster.'))).toEqual([]);
  });
});

describe('a cluster', () => {
  it('on which the role is missing, or has other rules than were approved, gets no grants (N51)', async () => {
    const { world, signed } = await planned();
    const { clusterRoles } = world.clusterOf('payments-prod');
    clusterRoles.set(signed.plan.clusterRole, {
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
    });
    await refused(world, signed, 'ClusterNotReady');
    clusterRoles.delete(signed.plan.clusterRole);
    await refused(world, signed, 'ClusterNotReady');
  });

  it('without fences gets no grants', async () => {
    const { world, signed } = await planned();
    world.clusterOf('payments-prod').fenced = false;
    await refused(world, signed, 'ClusterUnfenced');
  });

  it('is asked for its fences in each namespace of the plan, before anything is made', async () => {
    const { world, signed } = await planned();
    await bindRole(world, signed);
    const calls = world.faults.calls.filter((point) => /refusesForbidden|createRoleBinding/.test(point));
    expect(calls.map((point) => point.split('.')[1])).toEqual([
      'refusesForbidden',
      'refusesForbidden',
      'createRoleBinding',
      'createRoleBinding',
    ]);
  });
});

describe('what stands there already under the name of the grant', () => {
  it.each<[string, (wanted: RoleBinding) => Partial<RoleBinding>]>([
    ['without our marks', ({ metadata }) => ({ metadata: { ...metadata, labels: {} } })],
    [
      'with the mark of another deployment',
      ({ metadata }) => ({
        metadata: { ...metadata, labels: { ...metadata.labels, 'curfew.dev/deployment': 'other' } },
      }),
    ],
    [
      'with one more subject',
      ({ subjects }) => ({
        subjects: [...subjects, { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' }],
      }),
    ],
    ['for another role', ({ roleRef }) => ({ roleRef: { ...roleRef, name: 'cluster-admin' } })],
  ])('%s is not taken for it, and stays as it is (N36)', async (_, changes) => {
    const { world, signed } = await planned();
    const [wanted] = roleBindingsOf(signed.plan);
    if (!wanted) throw new Error('The plan has two RoleBindings.');
    const other = { ...wanted, ...changes(wanted) };
    const theirs = { ...other, metadata: { ...other.metadata, uid: 'uid-theirs' } };
    const key = `${wanted.metadata.namespace}/${wanted.metadata.name}`;
    standing(world).set(key, theirs);
    await expect(bindRole(world, signed)).rejects.toMatchObject({ name: 'PlanRefused' });
    expect(standing(world).get(key)).toEqual(theirs);
  });
});

it('what was made and can not be read back is no success (N21)', async () => {
  const { world, signed } = await planned();
  const connect = world.cluster.connect.bind(world.cluster);
  world.cluster.connect = async (address) => {
    const session = await connect(address);
    session.readRoleBinding = async () => undefined;
    return session;
  };
  await expect(bindRole(world, signed)).rejects.toMatchObject({ name: 'StillStanding' });
});
