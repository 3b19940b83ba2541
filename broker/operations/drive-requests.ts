/** Drives requests on that are overdue: what may stand is ended, what waits is begun, mailed or timed out. Part of SweepGrants. */
import { isUnclaimed } from '#domain/claim.ts';
import { clusterName } from '#domain/eks-cluster.ts';
import { CurfewError } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { advance, mayStand } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { noteStanding } from '#domain/transitions/note-standing.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { askToClaim } from './ask-to-claim.ts';
import { changeRecord, readRequest } from './change-record.ts';
import { endGrant } from './end-grant.ts';
import { endTogether, isEarly } from './end-together.ts';
import { mailReviewers } from './mail-reviewers.ts';

type Needs = Pick<
  World,
  | 'clock'
  | 'ids'
  | 'settings'
  | 'records'
  | 'ledger'
  | 'entries'
  | 'executions'
  | 'mailer'
  | 'messages'
  | 'clusterLeg'
  | 'metrics'
>;

export interface Swept {
  looked: number;
  /** Requests whose status this sweep changed. */
  repaired: string[];
  /** Requests that could not be driven on: the next sweep tries again. */
  failed: { requestId: string; error: unknown }[];
}

/** `isTry`: whether one that may stand has to be tried now, whatever its cluster does. */
export async function drive(
  world: Needs,
  requests: readonly AccessRequest[],
  now: Instant,
  swept: Swept,
  isTry: (request: AccessRequest) => boolean,
): Promise<void> {
  const live = requests.filter(({ status }) => mayStand(status));
  const others = requests.filter(({ status }) => !mayStand(status));
  const clusters = Map.groupBy(live, ({ resolved }) => clusterName(resolved.eksCluster));
  await Promise.all([
    ...others.map((request) => driveOther(world, request, swept)),
    ...[...clusters.values()].map((group) => endThose(world, group, now, swept, isTry)),
  ]);
}

async function driveOther(world: Needs, before: AccessRequest, swept: Swept): Promise<void> {
  await attempt(swept, before.id, async () => {
    if (before.status === 'pending') await drivePending(world, before);
    else if (before.status === 'approved' || before.status === 'scheduled')
      await driveApproved(world, before);
    const now = await readRequest(world, before.id);
    if (now.status !== before.status) swept.repaired.push(before.id);
  });
}

/**
 * Those of one cluster, soonest due first. What fails again and again is tried ever more seldom, but for the newest: it
 * is tried each minute, and once it can be ended, so can the others, which then are.
 */
async function endThose(
  world: Needs,
  group: readonly AccessRequest[],
  now: Instant,
  swept: Swept,
  isTry: (request: AccessRequest) => boolean,
): Promise<void> {
  const newest = group.at(-1);
  const first = group.filter((request) => request === newest || isTry(request));
  const later = group.filter((request) => !first.includes(request));
  const ended = await endSome(world, first, now, swept);
  if (ended > 0 && later.length > 0) await endSome(world, later, now, swept);
}

/** Number of those that were ended. */
async function endSome(
  world: Needs,
  requests: readonly AccessRequest[],
  now: Instant,
  swept: Swept,
): Promise<number> {
  const ids = requests.map(({ id }) => id);
  let ended = 0;
  for (const { requestId, error } of await endTogether(world, ids, 'found by the sweep')) {
    const failed = error !== undefined && !isEarly(error);
    world.metrics.count('RevocationFailed', failed ? 1 : 0);
    if (error === undefined) {
      swept.repaired.push(requestId);
      ended += 1;
    } else swept.failed.push({ requestId, error });
    if (failed)
      await attempt(swept, requestId, () =>
        changeRecord(world, requestId, (before) => noteStanding(before, inWords(error), now)),
      );
  }
  return ended;
}

/** What went wrong, safe to show: other errors than our own may hold anything. */
function inWords(error: unknown): string {
  return error instanceof CurfewError
    ? error.message
    : 'something unexpected went wrong; see the log of SweepGrants';
}

/** One's fault must not keep the others standing. */
export async function attempt(swept: Swept, what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    swept.failed.push({ requestId: what, error });
  }
}

async function drivePending(world: Needs, request: AccessRequest): Promise<void> {
  const over = world.clock.now() >= request.reviewBy;
  const execution = await world.executions.status(request.id);
  if (over || execution === 'ended') {
    const reason = over ? 'nobody answered in time' : 'the workflow ended before an answer came; ask again';
    const ended = await timeOut(world, request, reason);
    return signalAnswer(world, ended);
  }
  if (execution === 'absent') await world.executions.start(request);
  else await mailReviewers(world, { requestId: request.id });
}

async function driveApproved(world: Needs, request: AccessRequest): Promise<void> {
  if (request.openBy !== undefined && world.clock.now() >= request.openBy) {
    const late = isUnclaimed(request) ? 'nobody claimed it in time' : 'it could not be opened in time';
    return signalAnswer(world, await timeOut(world, request, `${late}; ask again`));
  }
  const execution = await world.executions.status(request.id);
  if (execution === 'absent') await world.executions.start(request);
  else if (execution === 'ended')
    await endGrant(world, { requestId: request.id, cause: 'the execution ended' });
  else if (request.status === 'scheduled' && isUnclaimed(request))
    await askToClaim(world, { requestId: request.id, actor: 'curfew:SweepGrants' });
  else await signalAnswer(world, request);
}

async function timeOut(world: Needs, seen: AccessRequest, reason: string): Promise<AccessRequest> {
  return changeRecord(world, seen.id, (before) =>
    before.status === seen.status
      ? advance(before, 'timed-out', { at: world.clock.now(), actor: 'curfew:SweepGrants', reason })
      : undefined,
  );
}
