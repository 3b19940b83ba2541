/** What one answer of a reviewer does to a request; the same rules for a signed answer and one by mailed link. */
import { type Catalog, eligibleReviewers } from '../catalog.ts';
import { NotAllowed, WrongStatus } from '../errors.ts';
import { type Advanced, advance, amend } from '../lifecycle.ts';
import { canonicalPerson, mayBeSame, namesOf } from '../people.ts';
import { isSureEnough, needsOf, unmetBy } from '../policy/approvals.ts';
import type { AccessRequest, Review } from '../request.ts';
import { goodUntil } from '../start.ts';

/** Throws NotAllowed for whoever may not answer, WrongStatus when it is too late or was not what they were shown. */
export function answer(catalog: Catalog, request: AccessRequest, review: Review): Advanced {
  refuseUnlessTheirs(catalog, request, review);
  refuseUnlessOpen(request, review);
  const reviews = [...request.reviews, review];
  const facts = { review: { ...review } };
  const step = { at: review.at, actor: review.reviewer, reason: review.reason ?? '', facts };
  if (review.answer === 'deny') return advance(request, 'denied', { ...step, changes: { reviews } });
  if (unmetBy(catalog, request.decision, { ...request, reviews }))
    return amend(request, { ...step, type: 'reviewed', changes: { reviews } });
  const openBy = goodUntil(request, review.at);
  return advance(request, 'approved', { ...step, changes: { reviews, openBy } });
}

function refuseUnlessTheirs(catalog: Catalog, request: AccessRequest, review: Review): void {
  const { requester, asked, decision } = request;
  const reviewer = canonicalPerson(review.reviewer);
  const own = [...namesOf(catalog.people, requester), requester.key];
  if (own.some((name) => mayBeSame(name, reviewer))) {
    throw new NotAllowed('Nobody answers their own request. Another reviewer has to.');
  }
  const eligible = eligibleReviewers(catalog, needsOf(decision), requester);
  if (!request.reviewers.includes(reviewer) || !eligible.includes(reviewer)) {
    throw new NotAllowed(
      `${reviewer} is not a reviewer of role "${asked.role}". Its reviewers are named in the catalog.`,
    );
  }
  // A no is taken from whoever holds the link: it only keeps a door shut.
  if (review.answer === 'approve' && !isSureEnough(review.assurance, decision.assurance)) {
    throw new NotAllowed(
      decision.assurance === 'passkey'
        ? `Request ${request.id} is approved by passkey, on the page that its mail leads to. If you have none: \`curfew passkey enroll\`.`
        : `This request is approved with one's own identity, not by a mailed link: run \`curfew approve ${request.id}\`.`,
    );
  }
}

function refuseUnlessOpen(request: AccessRequest, review: Review): void {
  const { id, status } = request;
  const refuse = (why: string) => new WrongStatus(why, { details: { requestId: id, status } });
  if (status !== 'pending')
    throw refuse(`Request ${id} is ${status} already: there is nothing left to answer.`);
  if (review.at >= request.reviewBy)
    throw refuse(`Request ${id} could be answered until ${request.reviewBy}. Ask for it again.`);
  if (review.digest !== request.digest)
    throw refuse(`Request ${id} is not what you were shown. Look at it again, then answer.`);
  if (request.reviews.some((earlier) => earlier.reviewer === review.reviewer))
    throw refuse(`You answered request ${id} already; it still waits for others.`);
}
