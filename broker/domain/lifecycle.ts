/** The one transition table. Every change of a request goes through `advance` or `amend`, which append its audit event. */
import { noticeDueAt, reminderDueAt } from './after-review.ts';
import { type AuditEvent, chain, type EventType } from './audit-event.ts';
import { isUnclaimed } from './claim.ts';
import { WrongStatus } from './errors.ts';
import { after, earliest, type Instant } from './instant.ts';
import { mailPauseMs } from './mail-pause.ts';
import type { AccessRequest, Grant, Status } from './request.ts';
import { opensAt } from './start.ts';

const edges: Record<Status, readonly Status[]> = {
  pending: ['approved', 'denied', 'withdrawn', 'timed-out'],
  approved: ['pending', 'scheduled', 'granting', 'withdrawn', 'denied', 'timed-out'],
  scheduled: ['granting', 'withdrawn', 'denied', 'timed-out'],
  granting: ['active', 'revoking'],
  active: ['revoking'],
  revoking: ['revoked', 'failed'],
  denied: [],
  withdrawn: [],
  'timed-out': [],
  revoked: [],
  failed: [],
};

export function isFinal(status: Status): boolean {
  return edges[status].length === 0;
}

/** Whether something may exist on the cluster in this status. */
export function mayStand(status: Status): boolean {
  return status === 'granting' || status === 'active' || status === 'revoking';
}

/** Whether its grant may still be carried on towards `active`. */
export function isOpening({ status, endRequested }: Pick<AccessRequest, 'status' | 'endRequested'>): boolean {
  return status === 'granting' && !endRequested;
}

export function canAdvance(from: Status, to: Status): boolean {
  return edges[from].includes(to);
}

/** How long the sweep leaves a request alone in each status before it looks whether somebody still drives it. */
export const patience = { ask: 60_000, bind: 90_000, hold: 5_000, revoke: 10_000 } as const;

/**
 * When the sweep has to look next. A request that is not final always has one; a final one as long as its notice is not sent or
 * its after-review is open, so that both are driven on whatever became of the grant.
 */
export function dueAt(request: AccessRequest): Instant | undefined {
  const reminder = isFinal(request.status) ? reminderDueAt(request) : undefined;
  const [first, ...rest] = [lifeDueAt(request), noticeDueAt(request), reminder].filter(
    (due) => due !== undefined,
  );
  return first === undefined ? undefined : earliest(first, ...rest);
}

/** When somebody has to look whether its lifecycle goes on: nothing else may end a grant. Undefined once final. */
export function lifeDueAt(request: AccessRequest): Instant | undefined {
  const { status, grant, updatedAt } = request;
  switch (status) {
    case 'pending':
      return request.notifiedAt
        ? request.reviewBy
        : earliest(after(updatedAt, mailPauseMs(request.mailTries ?? 0)), request.reviewBy);
    case 'approved':
      return after(updatedAt, patience.ask);
    case 'scheduled':
      return scheduledDueAt(request);
    case 'granting':
      return grant ? earliest(after(grant.openedAt, patience.bind), endDueAt(request, grant)) : updatedAt;
    case 'active':
      return grant ? endDueAt(request, grant) : updatedAt;
    case 'revoking':
      // Counted from its begin: what is noted of its trouble meanwhile must not put the next try off, but hasten it.
      return request.standing?.since ?? after(request.ending?.since ?? updatedAt, patience.revoke);
    default:
      return undefined;
  }
}

/** While it waits for its claim, when that is over, or the mail that asks for it is to be sent again; then, a while after its start. */
function scheduledDueAt({ asked, subject, claim, openBy, updatedAt }: AccessRequest): Instant {
  const over = openBy ?? updatedAt;
  if (!isUnclaimed({ subject })) {
    const opens = opensAt(asked);
    return after(opens !== undefined && opens > updatedAt ? opens : updatedAt, patience.ask);
  }
  return claim?.mailedAt === undefined
    ? earliest(after(updatedAt, mailPauseMs(claim?.mailTries ?? 0)), over)
    : over;
}

/** So long after its end a grant that may stand is stuck: whoever ends it in time, and tries again, has failed. */
const stuckMs = 60_000;

export function isStuck({ status, grant, ending }: AccessRequest, now: Instant): boolean {
  const end = ending?.notBefore ?? grant?.expiresAt;
  return mayStand(status) && end !== undefined && after(end, stuckMs) < now;
}

function endDueAt({ endRequested }: AccessRequest, { expiresAt }: Grant): Instant {
  // An end that was asked for is due at once: the wake-up may be lost, and a second one beside the sweep does no harm.
  const natural = after(expiresAt, patience.hold);
  return endRequested ? earliest(endRequested.at, natural) : natural;
}

export interface Step {
  at: Instant;
  actor: string;
  /** For the timeline, in words. */
  reason: string;
  /** Defaults to the status moved to. */
  type?: EventType;
  facts?: Record<string, unknown>;
  changes?: Partial<
    Omit<AccessRequest, 'id' | 'version' | 'status' | 'history' | 'audit' | 'dueAt' | 'digest'>
  >;
}

export interface Advanced {
  request: AccessRequest;
  event: AuditEvent;
}

function withEvent(before: AccessRequest, status: Status, step: Step, type: EventType): Advanced {
  const facts = { reason: step.reason, ...step.facts };
  const event = chain(before.audit, before.id, status, { at: step.at, type, actor: step.actor, facts });
  const { dueAt: _, ...rest } = { ...before, ...step.changes };
  const request: AccessRequest = {
    ...rest,
    status,
    version: before.version + 1,
    updatedAt: step.at,
    audit: { seq: event.seq, hash: event.hash },
  };
  const due = dueAt(request);
  return { request: due ? { ...request, dueAt: due } : request, event };
}

const typeOfStatus: Record<Status, EventType> = {
  pending: 'submitted',
  approved: 'approved',
  scheduled: 'scheduled',
  granting: 'grant-opened',
  active: 'grant-active',
  revoking: 'revoking',
  revoked: 'revoked',
  failed: 'failed',
  denied: 'denied',
  withdrawn: 'withdrawn',
  'timed-out': 'timed-out',
};

/** Moves a request along one edge of the table. Throws WrongStatus where there is none. */
export function advance(before: AccessRequest, to: Status, step: Step): Advanced {
  if (!canAdvance(before.status, to)) {
    throw new WrongStatus(`Request ${before.id} is ${before.status}; it can not become ${to}.`, {
      details: { requestId: before.id, status: before.status },
    });
  }
  const type = step.type ?? typeOfStatus[to];
  const entry = { status: to, at: step.at, by: step.actor, reason: step.reason };
  return withEvent({ ...before, history: [...before.history, entry] }, to, step, type);
}

/** Facts that what is over still takes: what the sweep found of it, what the cluster's audit log tells, and what follows a use of break-glass. */
const afterwards: readonly EventType[] = [
  'swept',
  'notice-sent',
  'after-review-reminded',
  'after-review-overdue',
  'after-reviewed',
  'first-used',
  'removal-confirmed',
  'residual-found',
  'usage-flagged',
];

/** Records a fact without a change of status: reviewers asked, a review that is not the last one, an end requested. */
export function amend(before: AccessRequest, step: Step & { type: EventType }): Advanced {
  if (isFinal(before.status) && !afterwards.includes(step.type)) {
    throw new WrongStatus(`Request ${before.id} is ${before.status}: it is over.`, {
      details: { requestId: before.id, status: before.status },
    });
  }
  return withEvent(before, before.status, step, step.type);
}
