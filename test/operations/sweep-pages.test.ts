/** What a sweep of a large cluster costs, and how it goes on where its time ran out. */

import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { managedBy } from '#domain/access-entry.ts';
import { knownSubject } from '#domain/claim.ts';
import { bindingName } from '#domain/request.ts';
import { marks } from '#domain/role-binding.ts';
import { surveyCluster } from '#operations/survey-cluster.ts';
import { type SweepNeeds, sweepCluster } from '#operations/sweep-cluster.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { aWorld, stored } from '../builders/world.ts';

const cluster = { eksName: 'payments-prod', region: 'us-east-1' };

/** Grants in force, each with its RoleBinding, as they were made. */
async function grantsInForce(count: number) {
  const world = aWorld();
  world.inside.clusterLeg.connect(
    (plan) => unbindRole(world, plan),
    (plan) => surveyCluster(world, plan),
  );
  const { roleBindings } = world.clusterOf('payments-prod');
  for (let n = 0; n < count; n++) {
    const { id, grant, resolved, subject } = await stored(world.inside.records, { status: 'active' });
    const { expiresAt = '', createBefore = '' } = grant ?? {};
    const apiGroup = 'rbac.authorization.k8s.io';
    roleBindings.set(`payments/${bindingName(id)}`, {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: {
        namespace: 'payments',
        name: bindingName(id),
        uid: 'uid-payments',
        labels: {
          [marks.managedBy]: managedBy,
          [marks.deployment]: 'memory',
          [marks.request]: id.toLowerCase(),
        },
        annotations: { [marks.expiresAt]: expiresAt, [marks.createBefore]: createBefore },
      },
      roleRef: { apiGroup, kind: 'ClusterRole', name: resolved.clusterRole },
      subjects: [{ apiGroup, ...knownSubject({ subject }).kubernetes }],
    });
  }
  world.inside.clock.advance(600_000);
  return { world, roleBindings };
}

const begin = (world: MemoryWorld) => ({ v: 1 as const, cluster, at: world.inside.clock.now() });

/** Pages of RoleBindings take a minute each. */
function slow(world: MemoryWorld): SweepNeeds {
  const { unbind, unbindAll, survey } = world.clusterLeg;
  return {
    ...world,
    clusterLeg: {
      unbind,
      unbindAll,
      survey: async (plan) => {
        if (!plan.places) world.inside.clock.advance(60_000);
        return survey(plan);
      },
    },
  };
}

describe('a sweep of a large cluster', () => {
  it('costs pages and not grants while all is well', async () => {
    const { world } = await grantsInForce(2100);
    const before = world.faults.calls.length;
    const report = await sweepCluster(world, begin(world));
    expect(report).toMatchObject({
      orphans: [],
      drift: [expect.stringContaining('is gone')],
      ended: [],
      failed: [],
    });
    expect(report.pages).toBe(7);
    const calls = world.faults.calls
      .slice(before)
      .filter((point) => /^(records|clusterLeg|entries|ledger|identities)/.test(point));
    expect(calls.length).toBeLessThan(20);
  });

  it('is handed on when time runs out, and finds in the next call what stood on the pages before and behind', async () => {
    const { world, roleBindings } = await grantsInForce(2100);
    const places = [...roleBindings.keys()].sort();
    const gone = [0, 499, 500, 1499, 1500, 2099].map((n) => places[n] ?? '');
    for (const place of gone) roleBindings.delete(place);
    roleBindings.set('payments/curfew-zzz', {
      ...(roleBindings.get(places[7] ?? '') as NonNullable<ReturnType<typeof roleBindings.get>>),
      metadata: {
        namespace: 'payments',
        name: 'curfew-zzz',
        uid: 'orphan',
        labels: { [marks.managedBy]: managedBy, [marks.deployment]: 'memory', [marks.request]: 'zzz' },
        annotations: {},
      },
    });
    const needs = slow(world);
    const first = await sweepCluster(needs, begin(world));
    expect(first.handedOn).toBe('bindings');
    const reports = [first];
    await world.inside.background.run(async (sweep) => reports.push(await sweepCluster(needs, sweep)));
    expect(reports.length).toBe(3);
    expect(reports.at(-1)?.handedOn).toBeUndefined();
    const ended = reports.flatMap((report) => report.ended);
    expect(ended.map((id) => `payments/${bindingName(id)}`).sort()).toEqual(gone);
    expect(reports.flatMap((report) => report.orphans)).toEqual(['payments/curfew-zzz']);
    expect(reports.flatMap((report) => report.failed)).toEqual([]);
    expect(roleBindings.size).toBe(2094);
  });
});

describe('a cluster that left the catalog', () => {
  it('is looked after until nothing of ours is left on it', async () => {
    const { world, roleBindings } = await grantsInForce(1);
    await world.inside.clusters.remember(cluster);
    world.catalog = { ...world.catalog, clusters: {} };
    await sweepCluster(world, begin(world));
    expect(await world.inside.clusters.list()).toEqual([cluster]);
    roleBindings.clear();
    expect((await sweepCluster(world, begin(world))).ended).toHaveLength(1);
    expect(await world.inside.clusters.list()).toEqual([cluster]);
    await sweepCluster(world, begin(world));
    expect(await world.inside.clusters.list()).toEqual([]);
  });
});
