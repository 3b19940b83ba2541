/** UnbindRole says gone only of what it saw gone, and what it says of the past it knows. */
import { describe, expect, it } from 'vitest';
import type { UnbindPlan } from '#domain/plan.ts';
import { roleBindingsOf } from '#domain/role-binding.ts';
import { bindRole } from '#operations/bind-role.ts';
import { openGrant } from '#operations/open-grant.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { unbindRoles } from '#operations/unbind-roles.ts';
import { aWorld, stored } from '../builders/world.ts';

/** A grant that stands, and the plan of its end at once. */
async function standing() {
  const world = aWorld({ now: '2026-11-21T08:00:05.000Z' });
  const { id } = await stored(world.inside.records, { status: 'approved' });
  const { plan, signature } = await openGrant(world, { requestId: id });
  const { bindings } = await bindRole(world, { plan, signature });
  world.inside.clock.advance(60_000);
  const ending: UnbindPlan = {
    v: 1,
    deployment: plan.deployment,
    requestId: id,
    cluster: plan.cluster,
    bindings,
    notBefore: world.inside.clock.now(),
    createBefore: plan.createBefore,
  };
  const { roleBindings } = world.clusterOf('payments-prod');
  return { world, plan, ending, roleBindings };
}

/** From now on a delete is answered and nothing is deleted, as a finalizer has it. */
function deletesNothing(world: Awaited<ReturnType<typeof standing>>['world']): void {
  const connect = world.cluster.connect.bind(world.cluster);
  world.cluster.connect = async (address) => {
    const session = await connect(address);
    session.deleteRoleBinding = async () => 'deleted';
    return session;
  };
}

describe('what stands', () => {
  it('is deleted, and was there', async () => {
    const { world, ending, roleBindings } = await standing();
    expect(await unbindRole(world, ending)).toMatchObject({ found: true });
    expect(roleBindings.size).toBe(0);
  });

  it('and goes on to stand after every delete is not gone (N21, N27)', async () => {
    const { world, ending } = await standing();
    deletesNothing(world);
    await expect(unbindRole(world, ending)).rejects.toMatchObject({ name: 'StillStanding' });
  });

  it('of somebody else under the same name is left alone once ours is known to be gone (N32, N36)', async () => {
    const { world, ending, roleBindings } = await standing();
    for (const [key, ours] of roleBindings)
      roleBindings.set(key, { ...ours, metadata: { ...ours.metadata, labels: {}, uid: 'uid-theirs' } });
    await unbindRole(world, ending);
    expect([...roleBindings.values()].map(({ metadata }) => metadata.uid)).toEqual(['uid-theirs']);
  });

  it('on a cluster that is gone stands no more, and may have been used', async () => {
    const { world, ending } = await standing();
    expect(await unbindRole(world, { ...ending, cluster: 'gone' })).toMatchObject({ found: true });
  });
});

describe('what does not stand', () => {
  it('was never seen, unless a try before may have deleted it', async () => {
    const { world, ending, roleBindings } = await standing();
    roleBindings.clear();
    expect(await unbindRole(world, ending)).toMatchObject({ found: false });
    expect(await unbindRole(world, { ...ending, retried: true })).toMatchObject({ found: true });
  });

  it('may still come until create-before has passed, and is waited for (N25)', async () => {
    const { world, plan, ending, roleBindings } = await standing();
    roleBindings.clear();
    const late = { ...ending, createBefore: new Date(Date.parse(ending.notBefore) + 20_000).toISOString() };
    const [wanted] = roleBindingsOf(plan);
    const sleep = world.clock.sleep.bind(world.clock);
    world.clock.sleep = async (ms) => {
      await sleep(ms);
      if (!wanted) throw new Error('The plan has a RoleBinding.');
      const { namespace, name } = wanted.metadata;
      roleBindings.set(`${namespace}/${name}`, {
        ...wanted,
        metadata: { ...wanted.metadata, uid: 'uid-late' },
      });
    };
    const { unboundAt, found } = await unbindRole(world, late);
    expect(found).toBe(true);
    expect(roleBindings.size).toBe(0);
    expect(unboundAt > late.createBefore).toBe(true);
  });
});

it('of several plans in one call each has its own outcome (N23)', async () => {
  const { world, ending, roleBindings } = await standing();
  const elsewhere = { eksName: 'elsewhere', region: 'us-east-1', endpoint: 'https://e.example.com' };
  const unreachable: UnbindPlan = { ...ending, cluster: { ...elsewhere, certificateAuthority: 'Y2E=' } };
  const [one, other] = await unbindRoles(world, [unreachable, ending]);
  expect(one).toMatchObject({ name: 'Unavailable' });
  expect(other).toMatchObject({ found: true });
  expect(roleBindings.size).toBe(0);
});
