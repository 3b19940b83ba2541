/** SweepGrants: drives on, from the record alone, whatever is overdue; never gives up and trusts no execution. */

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
  failed: { requestId: string; error: string }[];
}

/** Most requests one call drives; the rest is still due in the next minute. */
const batch = 50;

/** `requestId`: only that one, because its execution ended badly. */
export async function sweepGrants(world: Needs, { requestId }: { requestId?: string } = {}): Promise<Swept> {
  const ids = requestId === undefined ? await world.records.due(world.clock.now(), batch) : [requestId];
  const swept: Swept = { looked: ids.length, repaired: [], failed: [] };
  const mine = ids.map((id) => sweepOne(world, id, swept));
  await Promise.all(mine);
  for (const id of await world.records.unshippedRequests(batch)) {
    await attempt(swept, id, () => shipEvents(world, { requestId: id }));
  }
  world.metrics.count('SweepRepaired', swept.repaired.length);
  return swept;
}

async function sweepOne(world: Needs, id: string, swept: Swept): Promise<void> {
  const before = await world.records.read(id);
  if (!before) return;
  const worked = await attempt(swept, id, async () => {
    await drive(world, before);
    const now = await readRequest(world, id);
    if (now.status !== before.status) swept.repaired.push(id);
  });
  if (mayStand(before.status)) world.metrics.count('RevocationFailed', worked ? 0 : 1);
}

/** One request's fault must not keep the others standing. */
async function attempt(swept: Swept, requestId: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    swept.failed.push({
      requestId,
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
    return false;
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
