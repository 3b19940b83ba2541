/** SweepGrants: drives on, from the record alone, whatever is overdue; never gives up and trusts no execution. */
import { noticeDueAt } from '#domain/after-review.ts';
import { inTurn, minuteOf } from '#domain/cluster-sweep.ts';
import { clusterName } from '#domain/eks-cluster.ts';
import { CurfewError } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { advance, isStuck, lifeDueAt, mayStand } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { isTryDue, noteStanding } from '#domain/transitions/note-standing.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { changeRecord, readRequest } from './change-record.ts';
import { driveClosings } from './end-by-ticket.ts';
import { endGrant } from './end-grant.ts';
import { endTogether, isEarly } from './end-together.ts';
import { driveKills } from './kill-grants.ts';
import { mailReviewers } from './mail-reviewers.ts';
import { remindAfterReview } from './remind-after-review.ts';
import { prepareCrowds, scheduleSweeps } from './schedule-sweeps.ts';
import { sendNotice } from './send-notice.ts';
import { shipEvents } from './ship-events.ts';

type Needs = Pick<
  World,
  | 'clock'
  | 'ids'
  | 'catalog'
  | 'settings'
  | 'records'
  | 'kills'
  | 'clusters'
  | 'ticketNotes'
  | 'ledger'
  | 'entries'
  | 'executions'
  | 'mailer'
  | 'messages'
  | 'auditSink'
  | 'clusterLeg'
  | 'background'
  | 'metrics'
>;

export interface Swept {
  looked: number;
  /** Requests whose status this sweep changed. */
  repaired: string[];
  /** Requests that could not be driven on: the next sweep tries again. */
  failed: { requestId: string; error: unknown }[];
}

/** Most requests one call drives; the rest is still due in the next minute. */
const batch = 100;
/** Most of what is due that one call looks over to choose from. */
const overlooked = 1000;

/**
 * `requestId`: only that one, due or not, because its execution ended badly. `dueAt`: the minute that this sweep is for: by
 * the clock alone, calls that come a little early and a little late would take one minute twice and leave out the next.
 */
export async function sweepGrants(
  world: Needs,
  { requestId, dueAt }: { requestId?: string; dueAt?: Instant } = {},
): Promise<Swept> {
  const now = world.clock.now();
  const minute = dueAt ?? now;
  const swept: Swept = { looked: 0, repaired: [], failed: [] };
  if (requestId !== undefined) {
    const seen = await look(world, [requestId], swept);
    await drive(world, seen, now, swept, () => true);
    await tellOf(world, seen, swept);
  } else {
    // Apart from each other: whichever of them can't be asked, the others go on.
    await Promise.all([
      attempt(swept, 'crowds', () => prepareCrowds(world, minute)),
      attempt(swept, 'clusters', () => scheduleSweeps(world, minute)),
      attempt(swept, 'kills', () => driveKills(world)),
      attempt(swept, 'closings', () => driveClosings(world)),
      attempt(swept, 'due', () => sweepDue(world, now, swept)),
    ]);
    await attempt(swept, 'unshipped', async () => {
      for (const id of await world.records.unshippedRequests(batch))
        await attempt(swept, id, () => shipEvents(world, { requestId: id }));
    });
  }
  world.metrics.count('SweepRepaired', swept.repaired.length);
  return swept;
}

async function sweepDue(world: Needs, now: Instant, swept: Swept): Promise<void> {
  const seen = await look(world, chosen(await world.records.due(now, overlooked), now), swept, now);
  // What is due for its mails only is left alone: nothing but its lifecycle may end a grant.
  const driven = seen.filter((request) => {
    const due = lifeDueAt(request);
    return due !== undefined && due <= now;
  });
  await drive(world, driven, now, swept, (request) => isTryDue(request, now));
  await tellOf(world, seen, swept);
  const ended = new Set(swept.repaired);
  const stuck = seen.filter((request) => !ended.has(request.id) && isStuck(request, now));
  world.metrics.count('Stuck', stuck.length);
}

/**
 * Half of a call goes to what became due last, half to a window over the rest that moves on each minute: however many
 * can't be driven on, they neither hold up a fresh one nor each other.
 */
function chosen(due: readonly string[], now: Instant): string[] {
  if (due.length <= batch) return [...due];
  const half = batch / 2;
  return [...due.slice(-half), ...inTurn(due.slice(0, -half), half, minuteOf(now))];
}

/** `dueBy`: leaves out what isn't due by then any more, if the index was behind. */
async function look(
  world: Needs,
  ids: readonly string[],
  swept: Swept,
  dueBy?: Instant,
): Promise<AccessRequest[]> {
  const seen: AccessRequest[] = [];
  await Promise.all(
    ids.map((id) =>
      attempt(swept, id, async () => {
        const request = await world.records.read(id);
        const isDue = dueBy === undefined || (request?.dueAt !== undefined && request.dueAt <= dueBy);
        if (request && isDue) seen.push(request);
      }),
    ),
  );
  swept.looked += seen.length;
  return seen.sort((a, b) => ((a.dueAt ?? '') < (b.dueAt ?? '') ? -1 : 1));
}

/** `isTry`: whether one that may stand has to be tried now, whatever its cluster does. */
async function drive(
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

/** Sends what is still to be said of uses of break-glass, after everything that ends access. */
async function tellOf(world: Needs, seen: readonly AccessRequest[], swept: Swept): Promise<void> {
  const actor = 'curfew:SweepGrants';
  for (const request of seen.filter(({ afterReview }) => afterReview !== undefined))
    await attempt(swept, request.id, async () => {
      const due = noticeDueAt(request);
      if (due !== undefined && due <= world.clock.now())
        await sendNotice(world, { requestId: request.id, actor });
      await remindAfterReview(world, request);
    });
}

/** One's fault must not keep the others standing. */
async function attempt(swept: Swept, what: string, work: () => Promise<unknown>): Promise<void> {
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
    await timeOut(world, request, 'it could not be opened in time; ask again');
    return;
  }
  const execution = await world.executions.status(request.id);
  if (execution === 'absent') await world.executions.start(request);
  else if (execution === 'ended')
    await endGrant(world, { requestId: request.id, cause: 'the execution ended' });
  else await signalAnswer(world, request);
}

async function timeOut(world: Needs, seen: AccessRequest, reason: string): Promise<AccessRequest> {
  return changeRecord(world, seen.id, (before) =>
    before.status === seen.status
      ? advance(before, 'timed-out', { at: world.clock.now(), actor: 'curfew:SweepGrants', reason })
      : undefined,
  );
}
