/** What one answer of a reviewer does to a request; the same rules for a signed answer and one by mailed link. */
import { type Catalog, eligibleReviewers } from '#domain/catalog.ts';
import { NotAllowed, WrongStatus } from '#domain/errors.ts';
import { canonicalPerson } from '#domain/identity.ts';
import { after } from '#domain/instant.ts';
import { type Advanced, advance, amend, mayStand, openWindowMs } from '#domain/lifecycle.ts';
import type { AccessRequest, Review } from '#domain/request.ts';
import type { World } from '#ports';
import { bestEffort } from './signal.ts';

function refuseUnlessTheirs(catalog: Catalog, request: AccessRequest, review: Review): void {
  const { requester, asked } = request;
  const reviewer = canonicalPerson(review.reviewer);
  if (requester.person === reviewer || requester.key === reviewer) {
    throw new NotAllowed('Nobody answers their own request. Another reviewer has to.');
  }
  const role = Object.hasOwn(catalog.roles, asked.role) ? catalog.roles[asked.role] : undefined;
  const eligible = role ? eligibleReviewers(catalog, role, requester) : [];
  if (!request.reviewers.includes(reviewer) || !eligible.includes(reviewer)) {
    throw new NotAllowed(
      `${reviewer} is not a reviewer of role "${asked.role}". Its reviewers are named in the catalog.`,
    );
  }
}

/** Throws NotAllowed for whoever may not answer, WrongStatus when it is too late or was not what they were shown. */
export function answer(catalog: Catalog, request: AccessRequest, review: Review): Advanced {
  refuseUnlessTheirs(catalog, request, review);
  const details = { requestId: request.id, status: request.status };
  if (request.status !== 'pending') {
    throw new WrongStatus(
      `Request ${request.id} is ${request.status} already: there is nothing left to answer.`,
      { details },
    );
  }
  if (review.at >= request.reviewBy) {
    throw new WrongStatus(
      `Request ${request.id} could be answered until ${request.reviewBy}. Ask for it again.`,
      { details },
    );
  }
  if (review.digest !== request.digest) {
    throw new WrongStatus(
      `Request ${request.id} is not what you were shown. Look at it again, then answer.`,
      { details },
    );
  }
  if (request.reviews.some((earlier) => earlier.reviewer === review.reviewer)) {
    throw new WrongStatus(`You answered request ${request.id} already; it still waits for others.`, {
      details,
    });
  }
  const reviews = [...request.reviews, review];
  const facts = { review: { ...review } };
  const step = { at: review.at, actor: review.reviewer, reason: review.reason ?? '', facts };
  if (review.answer === 'deny') return advance(request, 'denied', { ...step, changes: { reviews } });
  const approvals = reviews.filter((r) => r.answer === 'approve' && r.digest === request.digest).length;
  if (approvals < request.decision.reviewsNeeded)
    return amend(request, { ...step, type: 'reviewed', changes: { reviews } });
  return advance(request, 'approved', {
    ...step,
    changes: { reviews, openBy: after(review.at, openWindowMs) },
  });
}

/** Tells the waiting execution what the record says. A lost call is repeated by the sweep. */
export async function signalAnswer(
  { executions }: Pick<World, 'executions'>,
  request: AccessRequest,
): Promise<void> {
  const { waiting, status } = request;
  if (waiting?.state !== 'AskReviewers') return;
  const { taskToken } = waiting;
  await bestEffort(async () => {
    if (status === 'approved' || status === 'scheduled' || mayStand(status))
      await executions.succeed(taskToken);
    else if (status === 'withdrawn')
      await executions.fail(taskToken, 'Withdrawn', 'The requester withdrew it.');
    else if (status !== 'pending') await executions.fail(taskToken, 'Denied', `The request is ${status}.`);
  });
}
