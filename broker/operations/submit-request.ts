/** Submits an access request: policy decides, the record is written with its first event, the execution is started. */
import { type AuditEvent, chain, chainStart } from '#domain/audit-event.ts';
import { openedBy } from '#domain/break-glass.ts';
import { eligibleReviewers } from '#domain/catalog.ts';
import { askerKey, type Whom } from '#domain/claim.ts';
import { digestOf } from '#domain/digest.ts';
import { IdempotencyMismatch, RecordChanged, RequestRefused } from '#domain/errors.ts';
import { type Caller, callerKey } from '#domain/identity.ts';
import { after, earliest, type Instant } from '#domain/instant.ts';
import { dueAt, isFinal } from '#domain/lifecycle.ts';
import { needsOf } from '#domain/policy/approvals.ts';
import { type AccessRequest, type Asked, requestDigest, type Submission } from '#domain/request.ts';
import { endsAt, goodUntil } from '#domain/start.ts';
import type { World } from '#ports';
import { askedForBy } from './asked-for-by.ts';
import { type AskedFor, askedOf, type JudgeNeeds, judgeSubmission } from './judge-submission.ts';
import { bestEffort } from './signal.ts';

export type SubmitNeeds = JudgeNeeds & Pick<World, 'executions'>;

export interface SubmitInput {
  caller: Caller;
  submission: Submission;
  /** As the caller chose it; the same key with the same body answers with the same request. */
  idempotencyKey?: string;
}

export interface Submitted {
  request: AccessRequest;
  /** False where an earlier call with this idempotency key made it. */
  created: boolean;
}

/** Throws RequestRefused (recorded as denied, but for too many; details.requestId, details.reasons) and IdempotencyMismatch. */
export function submitRequest(world: SubmitNeeds, input: SubmitInput): Promise<Submitted> {
  const { submission, caller, ...rest } = input;
  const whom = askedForBy(world, caller, submission);
  return submitAsked(world, { ...signedBy(caller), whom, ...rest, body: submission }, async () => ({
    asked: askedOf(submission),
  }));
}

export interface SubmitAsked {
  whom: Whom;
  /** Whose idempotency keys they are. */
  scope: readonly string[];
  /** What a repeat with the same idempotency key must be equal to. */
  body: unknown;
  idempotencyKey?: string;
}

/** For whoever signed the call. Of a workload: each run repeats its own calls only. */
export function signedBy(caller: Caller): Pick<SubmitAsked, 'whom' | 'scope'> {
  const { workload, principal } = caller;
  const run = workload ? [principal.arn, workload.issuer, workload.runId] : [];
  return { whom: caller, scope: [callerKey(caller), ...run] };
}

/** `read` is called for the first of those with the same idempotency key only. */
export async function submitAsked(
  world: SubmitNeeds,
  { whom, scope, body, idempotencyKey }: SubmitAsked,
  read: () => Promise<AskedFor>,
): Promise<Submitted> {
  const idempotency = idempotencyKey && {
    key: digestOf([...scope, idempotencyKey]),
    bodyHash: digestOf(body),
  };
  const earlier = idempotency && (await findEarlier(world, idempotency));
  if (earlier) return settle(world, earlier, false);

  const { request, event } = await newRequest(world, whom, await read());
  try {
    const extra = idempotency ? { idempotency } : {};
    await world.records.commit({ request, expectedVersion: 0, events: [event], ...extra });
  } catch (error) {
    // The same call, twice at once: the other one made it.
    const raced = error instanceof RecordChanged && idempotency && (await findEarlier(world, idempotency));
    if (!raced) throw error;
    return settle(world, raced, false);
  }
  return settle(world, request, true);
}

async function findEarlier(
  world: SubmitNeeds,
  { key, bodyHash }: { key: string; bodyHash: string },
): Promise<AccessRequest | undefined> {
  const used = await world.records.readIdempotency(key);
  if (!used) return undefined;
  if (used.bodyHash !== bodyHash) {
    throw new IdempotencyMismatch(
      `This Idempotency-Key was used for request ${used.requestId} with another body. Use a new key for a new request.`,
      { details: { requestId: used.requestId } },
    );
  }
  return world.records.read(used.requestId);
}

async function settle(world: SubmitNeeds, request: AccessRequest, created: boolean): Promise<Submitted> {
  if (request.decision.outcome === 'refuse') {
    const { reasons } = request.decision;
    throw new RequestRefused(reasons.join(' '), { details: { requestId: request.id, reasons } });
  }
  if (!isFinal(request.status)) await bestEffort(() => world.executions.start(request));
  return { request, created };
}

/** An extension can be answered until what it extends ends; any other start, until nothing would be left of it. */
function reviewByOf(asked: Asked, windowEnd: Instant): Instant {
  if (asked.startsAt === undefined) return windowEnd;
  return earliest(windowEnd, asked.extends === undefined ? endsAt(asked, asked.startsAt) : asked.startsAt);
}

async function newRequest(
  world: SubmitNeeds,
  whom: Whom,
  askedFor: AskedFor,
): Promise<{ request: AccessRequest; event: AuditEvent }> {
  const now: Instant = world.clock.now();
  const { core, decision, line } = await judgeSubmission(world, whom, askedFor);
  // Refusals are kept for ever: nobody can have us keep more of them than so many an hour.
  if (decision.matched.includes('rate'))
    throw new RequestRefused(decision.reasons.join(' '), { details: { reasons: decision.reasons } });
  const { asked, requester } = core;
  const status = { approve: 'approved', review: 'pending', refuse: 'denied' } as const;
  const digest = requestDigest({ ...core, ...line });
  const actor = requester.askedBy ? askerKey(requester.askedBy) : requester.key;
  const reason = decision.outcome === 'refuse' ? decision.reasons.join(' ') : asked.reason;
  const at = status[decision.outcome];
  const aftermath = openedBy(world.catalog, asked, decision, now);
  const event = chain({ seq: 0, hash: chainStart }, core.id, at, {
    at: now,
    type: decision.outcome === 'refuse' ? 'refused' : 'submitted',
    actor,
    facts: {
      asked: { ...asked },
      subject: { ...core.subject },
      ...(requester.askedBy ? { askedBy: { ...requester.askedBy } } : {}),
      ...(core.claim?.from ? { claimFrom: core.claim.from } : {}),
      ...(requester.workload ? { workload: { ...requester.workload } } : {}),
      clusterRole: core.resolved.clusterRole,
      ...(core.resolved.task ? { task: { ...core.resolved.task } } : {}),
      digest,
      decision: { ...decision },
      ...(aftermath ? { afterReview: { ...aftermath.afterReview }, told: aftermath.notice.to } : {}),
    },
  });
  const request: AccessRequest = {
    schema: 1,
    ...core,
    version: 1,
    status: at,
    createdAt: now,
    updatedAt: now,
    digest,
    decision,
    reviewers: eligibleReviewers(world.catalog, needsOf(decision), requester),
    reviews: [],
    notified: [],
    reviewBy: reviewByOf(asked, after(now, world.catalog.reviewWindow * 1000)),
    ...line,
    ...(decision.outcome === 'approve' ? { openBy: goodUntil(core, now) } : {}),
    ...aftermath,
    history: [{ status: at, at: now, by: actor, reason }],
    audit: { seq: event.seq, hash: event.hash },
  };
  const due = dueAt(request);
  return { request: due ? { ...request, dueAt: due } : request, event };
}
