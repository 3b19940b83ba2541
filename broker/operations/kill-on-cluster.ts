/** Ends all of a kill order's scope on one cluster: by record, and then by our mark whatever else stands. */
import { clusterName, type EksCluster } from '#domain/eks-cluster.ts';
import { CurfewError } from '#domain/errors.ts';
import { type Shown, type Standing, targetOf } from '#domain/findings.ts';
import { type ClusterPass, endRequestOf, type KillOrder } from '#domain/kill-order.ts';
import { coversLive, coversRequest, coversStanding } from '#domain/kill-scope.ts';
import { mayStand } from '#domain/lifecycle.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import type { ClusterAddress, UnbindPlan } from '#domain/plan.ts';
import type { AccessRequest } from '#domain/request.ts';
import { requestEnd } from '#domain/transitions/request-end.ts';
import { atMost } from './at-most.ts';
import { changeRecord } from './change-record.ts';
import { calls, type EndingNeeds, endTogether, unbindTogether } from './end-together.ts';
import { listAllLive } from './list-live.ts';
import { standingOf } from './sweep-bindings.ts';

/** Records changed at a time. */
const lanes = 20;
const namedOrphans = 10;

/** Grants taken together: the first are gone before the last are begun. */
const atOnce = 1000;

interface Tally {
  found: number;
  ended: number;
  orphans: string[];
  problems: string[];
}

/** Never throws: what could not be ended or looked at is the pass's problem. */
export async function killOnCluster(
  world: EndingNeeds,
  order: KillOrder,
  cluster: EksCluster,
): Promise<ClusterPass> {
  const tally: Tally = { found: 0, ended: 0, orphans: [], problems: [] };
  const live = new Map<string, LiveGrant>();
  const part = async (work: () => Promise<void>) => {
    await work().catch((error: unknown) => void tally.problems.push(inWords(error)));
  };
  await part(async () => {
    for (const grant of await listAllLive(world, cluster)) live.set(grant.requestId, grant);
    const covered = [...live.values()].filter((grant) => coversLive(order.scope, grant));
    const [fresh, settled] = [true, false].map((isFresh) =>
      covered.filter(({ createBefore }) => createBefore > world.clock.now() === isFresh),
    );
    // What could still be created takes its time to be proven gone, and must not hold up the rest.
    await Promise.all(
      [fresh, settled].map((some = []) => inParts(some, (those) => endRecords(world, order, those, tally))),
    );
  });
  await part(() => endByMark(world, order, cluster, live, 'RoleBinding', tally));
  // After what binds them. By themselves they give nobody anything: what can't be seen to is left to the sweep, which tells.
  await endByMark(world, order, cluster, live, 'Role', tally).catch(() => undefined);
  const { found, ended, orphans, problems } = tally;
  return {
    cluster: clusterName(cluster),
    found,
    ended,
    ...(orphans.length === 0 ? {} : { orphans: orphans.slice(0, namedOrphans) }),
    ...(problems.length === 0 ? {} : { problem: [...new Set(problems)].slice(0, 3).join(' ') }),
  };
}

/** The index of live grants may lag: only what the record itself says counts as found. */
async function endRecords(
  world: EndingNeeds,
  order: KillOrder,
  grants: readonly Pick<LiveGrant, 'requestId'>[],
  tally: Tally,
): Promise<void> {
  const ids: string[] = [];
  await atMost(lanes, grants, async ({ requestId }) => {
    try {
      const request = await changeRecord(world, requestId, (before) =>
        mayStand(before.status)
          ? requestEnd(before, { at: world.clock.now(), ...endRequestOf(order) })
          : undefined,
      );
      if (mayStand(request.status)) ids.push(requestId);
    } catch (error) {
      tally.found += 1;
      tally.problems.push(inWords(error));
    }
  });
  tally.found += ids.length;
  for (const { error } of await endTogether(world, ids, 'EndRequested')) {
    if (error === undefined) tally.ended += 1;
    else tally.problems.push(inWords(error));
  }
}

async function endByMark(
  world: EndingNeeds,
  order: KillOrder,
  cluster: EksCluster,
  live: ReadonlyMap<string, LiveGrant>,
  kind: Shown['kind'],
  tally: Tally,
): Promise<void> {
  const address = await world.entries.findCluster(cluster);
  if (address === 'gone') return;
  let cursor: string | undefined;
  do {
    const page = await world.clusterLeg.survey({
      v: 1,
      deployment: world.settings.deployment,
      cluster: address,
      ...(kind === 'Role' ? { taskRoles: true } : {}),
      ...(cursor === undefined ? {} : { cursor }),
    });
    await endStanding(world, order, address, standingOf(kind, page), live, tally);
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function endStanding(
  world: EndingNeeds,
  order: KillOrder,
  address: ClusterAddress,
  standing: readonly Standing[],
  live: ReadonlyMap<string, LiveGrant>,
  tally: Tally,
): Promise<void> {
  const orphans: Standing[] = [];
  const late = new Set<string>();
  await atMost(lanes, standing, async (one) => {
    const known = live.get(one.requestId);
    // Was tried by its record just now.
    if (known && coversLive(order.scope, known)) return;
    const record = known ? undefined : await recordOf(world, one.requestId);
    if (record && mayStand(record.status) && coversRequest(order.scope, record)) late.add(record.id);
    // Its record says another's, is over, or is not there: what it gives is what counts.
    else if (coversStanding(order.scope, { subjects: [], ...one }, address)) orphans.push(one);
  });
  await endRecords(
    world,
    order,
    [...late].map((requestId) => ({ requestId })),
    tally,
  );
  await deleteOrphans(world, order, address, orphans, tally);
}

async function recordOf(world: EndingNeeds, requestId: string): Promise<AccessRequest | undefined> {
  return requestId === '' ? undefined : world.records.read(requestId);
}

/** By their UIDs, as they were seen: a successor of the same name is another one. */
async function deleteOrphans(
  world: EndingNeeds,
  order: KillOrder,
  cluster: ClusterAddress,
  orphans: readonly Standing[],
  tally: Tally,
): Promise<void> {
  const plans = orphans.map(
    (orphan): UnbindPlan => ({
      v: 1,
      deployment: world.settings.deployment,
      requestId: orphan.requestId,
      cluster,
      ...targetOf(orphan),
      notBefore: order.at,
      // Its creation is over: it stands.
      createBefore: order.at,
      retried: true,
    }),
  );
  tally.found += plans.length;
  tally.orphans.push(...orphans.map(({ namespace, name }) => `${namespace}/${name}`));
  for (const call of calls(plans)) {
    for (const outcome of await unbindTogether(world, call)) {
      if (outcome instanceof Error) tally.problems.push(inWords(outcome));
      else tally.ended += 1;
    }
  }
}

async function inParts<T>(all: readonly T[], work: (some: T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += atOnce) await work(all.slice(from, from + atOnce));
}

/** Safe to show: other errors than our own may hold anything. */
export function inWords(error: unknown): string {
  return error instanceof CurfewError
    ? error.message.slice(0, 300)
    : 'something unexpected went wrong; see the log of KillGrants';
}
