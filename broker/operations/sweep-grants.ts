/** SweepGrants: drives on, from the record alone, whatever is overdue; never gives up and trusts no execution. */
import { EntryBusy, FenceOpen } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { advance, mayStand } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { changeRecord, readRequest } from './change-record.ts';
import { closeGrant } from './close-grant.ts';
import { endGrant } from './end-grant.ts';
import { mailReviewers } from './mail-reviewers.ts';
import { shipEvents } from './ship-events.ts';

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
  | 'auditSink'
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

/** Most requests one call drives; the rest is still due in the next minute. */
const batch = 100;
/** Most of what is due that one call looks over to choose from. */
const overlooked = 1000;

/** `requestId`: only that one, due or not, because its execution ended badly. */
export async function sweepGrants(world: Needs, { requestId }: { requestId?: string } = {}): Promise<Swept> {
  const now = world.clock.now();
  const swept: Swept = { looked: 0, repaired: [], failed: [] };
  if (requestId !== undefined) await sweepOne(world, requestId, swept);
  else {
    // Apart from each other: whichever of the two can't be asked, the other goes on.
    await attempt(swept, 'due', async () => {
      const ids = chosen(await world.records.due(now, overlooked), now);
      await Promise.all(ids.map((id) => sweepOne(world, id, swept, now)));
    });
    await attempt(swept, 'unshipped', async () => {
      for (const id of await world.records.unshippedRequests(batch))
        await attempt(swept, id, () => shipEvents(world, { requestId: id }));
    });
  }
  world.metrics.count('SweepRepaired', swept.repaired.length);
  return swept;
}

/**
 * Half of a call goes to what became due last, half to a window over the rest that moves on each minute: however many
 * can't be driven on, they neither hold up a fresh one nor each other.
 */
function chosen(due: readonly string[], now: Instant): string[] {
  if (due.length <= batch) return [...due];
  const rest = due.slice(0, -batch / 2);
  const windows = Math.ceil(rest.length / (batch / 2));
  const start = (Math.floor(Date.parse(now) / 60_000) % windows) * (batch / 2);
  return [...due.slice(-batch / 2), ...rest.slice(start, start + batch / 2)];
}

/** `dueBy`: skip it if the index was behind and it isn't due by then any more. */
async function sweepOne(world: Needs, id: string, swept: Swept, dueBy?: Instant): Promise<void> {
  let seen: AccessRequest | undefined;
  const worked = await attempt(swept, id, async () => {
    const before = await world.records.read(id);
    if (!before || (dueBy !== undefined && !(before.dueAt !== undefined && before.dueAt <= dueBy))) return;
    seen = before;
    swept.looked += 1;
    await drive(world, before);
    const now = await readRequest(world, id);
    if (now.status !== before.status) swept.repaired.push(id);
  });
  if (seen && mayStand(seen.status)) world.metrics.count('RevocationFailed', worked === 'failed' ? 1 : 0);
}

/** One request's fault must not keep the others standing. `early`: it only has to wait. */
async function attempt(
  swept: Swept,
  requestId: string,
  work: () => Promise<unknown>,
): Promise<'done' | 'early' | 'failed'> {
  try {
    await work();
    return 'done';
  } catch (error) {
    swept.failed.push({ requestId, error });
    return error instanceof EntryBusy || error instanceof FenceOpen ? 'early' : 'failed';
  }
}

async function drive(world: Needs, request: AccessRequest): Promise<void> {
  switch (request.status) {
    case 'pending':
      return drivePending(world, request);
    case 'approved':
    case 'scheduled':
      return driveApproved(world, request);
    case 'granting':
    case 'active':
    case 'revoking':
      return driveEnd(world, request);
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

/** The same steps as the state machine's, so that it doesn't matter who takes them, or if both do. */
async function driveEnd(world: Needs, request: AccessRequest): Promise<void> {
  const ending = await endGrant(world, { requestId: request.id, cause: 'found by the sweep' });
  if (!ending.standing) return;
  const unbound = await world.clusterLeg.unbind({ ...ending.plan, retried: true });
  await closeGrant(world, { requestId: request.id, unbound });
}
