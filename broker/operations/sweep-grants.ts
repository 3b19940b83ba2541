/** SweepGrants: drives on, from the record alone, whatever is overdue; never gives up and trusts no execution. */
import { noticeDueAt } from '#domain/after-review.ts';
import { inTurn, minuteOf } from '#domain/cluster-sweep.ts';
import type { Instant } from '#domain/instant.ts';
import { isStuck, lifeDueAt } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { isTryDue } from '#domain/transitions/note-standing.ts';
import type { World } from '#ports';
import { driveAsks } from './drive-asks.ts';
import { attempt, drive, type Swept } from './drive-requests.ts';
import { driveClosings } from './end-by-ticket.ts';
import { driveKills } from './kill-grants.ts';
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
      attempt(swept, 'asks', () => driveAsks(world)),
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
