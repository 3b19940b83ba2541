/** A thousand grants that end in the same second, in virtual time: on time, by few functions, and never early. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { endsToPrepare } from '#domain/cluster-sweep.ts';
import { msBetween, after as plus } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { marks } from '#domain/role-binding.ts';
import { sweepCluster } from '#operations/sweep-cluster.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { unbindRoles } from '#operations/unbind-roles.ts';
import type { World } from '#ports';
import { VirtualClock } from '../builders/virtual-clock.ts';
import { aWorld, stored } from '../builders/world.ts';

const begin = '2026-11-21T08:00:00.000Z';
/** What a DELETE or a GET takes. */
const callMs = 15;

interface Crowd {
  world: World & Pick<MemoryWorld, 'inside'>;
  clock: VirtualClock;
  requests: AccessRequest[];
  /** When each RoleBinding was deleted. */
  deleted: Map<string, string>;
  /** UnbindRole functions: how many ran at once, and with how many plans each. */
  running: { most: number; plans: number[] };
}

/** `count` grants in force that end at the same instant. */
async function aCrowd(count: number, durationSeconds = 1800): Promise<Crowd> {
  const inner = aWorld({ now: begin });
  const clock = new VirtualClock(begin);
  const { roleBindings } = inner.clusterOf('payments-prod');
  const requests: AccessRequest[] = [];
  for (let n = 0; n < count; n++) {
    const request = await stored(inner.inside.records, {
      status: 'active',
      createdAt: begin,
      asked: { durationSeconds },
    });
    const [binding] = request.grant?.bindings ?? [];
    if (!binding) throw new Error('It has a RoleBinding.');
    roleBindings.set(`${binding.namespace}/${binding.name}`, {
      metadata: { ...binding, labels: { [marks.managedBy]: 'curfew' }, annotations: {} },
    } as never);
    requests.push(request);
  }
  const deleted = new Map<string, string>();
  const running = { most: 0, now: 0, plans: [] as number[] };
  const slow: World['cluster'] = {
    async connect(address) {
      const session = await inner.inside.cluster.connect(address);
      return {
        ...session,
        readRoleBinding: async (namespace, name) => {
          await clock.sleep(callMs);
          return session.readRoleBinding(namespace, name);
        },
        deleteRoleBinding: async (namespace, name, uid) => {
          await clock.sleep(callMs);
          const done = await session.deleteRoleBinding(namespace, name, uid);
          if (done === 'deleted') deleted.set(name, clock.now());
          return done;
        },
      } as typeof session;
    },
  };
  const leg = { clock, cluster: slow };
  const asFunction = async <T>(plans: number, work: () => Promise<T>): Promise<T> => {
    running.plans.push(plans);
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    try {
      return await work();
    } finally {
      running.now -= 1;
    }
  };
  const world = {
    ...inner,
    clock,
    clusterLeg: {
      unbind: (plan) => asFunction(1, () => unbindRole(leg, plan)),
      unbindAll: (plans) => asFunction(plans.length, () => unbindRoles(leg, plans)),
      survey: async () => ({ grants: [] }),
    } as World['clusterLeg'],
  };
  return { world, clock, requests, deleted, running };
}

const endOf = ({ requests: [first] }: Crowd) => first?.grant?.expiresAt ?? '';

/** Sweeps each minute until a minute after the end, with whatever they set going. */
async function play(crowd: Crowd): Promise<void> {
  const { world, clock } = crowd;
  const going: Promise<unknown>[] = [];
  while (msBetween(clock.now(), plus(endOf(crowd), 70_000)) > 0) {
    going.push(sweepGrants(world));
    await clock.until(clock.sleep(1_000));
    const { sweeps } = world.inside.background;
    for (const sweep of sweeps.splice(0)) if (sweep.ending) going.push(sweepCluster(world, sweep));
    await clock.until(clock.sleep(59_000));
  }
  await clock.until(Promise.all(going));
}

describe('a thousand grants that end in one second', () => {
  it('end within a second of their time, none of them early, by five functions', async () => {
    const crowd = await aCrowd(1000);
    await play(crowd);
    const { requests, deleted, running, world } = crowd;
    const lateness = requests.map(({ id }) =>
      msBetween(endOf(crowd), deleted.get(`curfew-${id.toLowerCase()}`) ?? ''),
    );
    expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...lateness)).toBeLessThanOrEqual(1000);
    expect(running.plans.sort()).toEqual([200, 200, 200, 200, 200]);
    const records = await Promise.all(requests.map(({ id }) => world.inside.records.read(id)));
    expect(new Set(records.map((record) => record?.status))).toEqual(new Set(['revoked']));
    expect(new Set(records.map((record) => record?.ending?.reason))).toEqual(new Set(['its time is up']));
    const late = world.inside.metrics.timed
      .filter(({ name }) => name === 'RevokeLateness')
      .map(({ value }) => value);
    expect(late).toHaveLength(1000);
    expect(Math.max(...late)).toBeLessThanOrEqual(1000);
  }, 60_000);
});

describe('a few grants that end in one second', () => {
  it('are left to the state machine', async () => {
    const { world, clock } = await aCrowd(20);
    for (let minute = 0; minute < 31; minute++) {
      await clock.until(clock.sleep(60_000));
      await clock.until(sweepGrants(world));
    }
    expect(world.inside.background.sweeps.filter(({ ending }) => ending)).toEqual([]);
  });
});

describe('a crowd', () => {
  it.each([
    [0, 0],
    [23, 20],
    [30, 25],
    [48, 47],
    [59, 21],
    [59, 59],
  ])(
    'ends on time when the sweeps come in second %i of each minute, and its end is in second %i',
    async (second, ofEnd) => {
      const crowd = await aCrowd(30, 1800 + ofEnd);
      await crowd.clock.until(crowd.clock.sleep(second * 1000));
      await play(crowd);
      const lateness = crowd.requests.map(({ id }) =>
        msBetween(endOf(crowd), crowd.deleted.get(`curfew-${id.toLowerCase()}`) ?? ''),
      );
      expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...lateness)).toBeLessThanOrEqual(1000);
    },
  );

  it('is prepared by some sweep with time to spare, also where one comes seconds late', () => {
    for (let second = 0; second < 60; second++) {
      for (const late of [0, 1_000, 9_000]) {
        const sweeps = [0, 60_000 + late, 120_000].map((ms) => plus(begin, second * 1000 + ms));
        const spans = sweeps.map((at) => ({ at, ...endsToPrepare(at) }));
        for (const [i, { at, from, before }] of spans.entries()) {
          expect(msBetween(at, from)).toBeGreaterThanOrEqual(20_000);
          expect(before >= (spans[i + 1]?.from ?? before)).toBe(true);
        }
      }
    }
  });

  it('that is called too late is left to the others', async () => {
    const crowd = await aCrowd(30);
    const { world, clock, running } = crowd;
    const ending = { from: begin, before: plus(begin, 10_000) };
    await clock.until(clock.sleep(10_000));
    const sweep = {
      v: 1 as const,
      cluster: { eksName: 'payments-prod', region: 'us-east-1' },
      at: clock.now(),
      ending,
    };
    await clock.until(sweepCluster(world, sweep));
    expect(running.plans).toEqual([]);
  });
});
