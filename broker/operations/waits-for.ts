/** Whether a request waits for an answer of the caller: a review, or an after-review. The transitions themselves are asked, so that there is one rule. */
import type { Catalog } from '#domain/catalog.ts';
import { CurfewError } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import type { Instant } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { answerAfterReview } from '#domain/transitions/after-review.ts';
import { answer } from '#domain/transitions/answer.ts';

export function waitsFor(catalog: Catalog, caller: Caller, request: AccessRequest, at: Instant): boolean {
  const { person } = caller;
  if (person === undefined) return false;
  const { digest } = request;
  // A no: how surely a yes has to be given is another matter.
  const review = { reviewer: person, answer: 'deny', at, assurance: 'signed', digest } as const;
  const afterReview = { reviewer: person, verdict: 'accept', reason: '', at, digest } as const;
  return (
    isTaken(() => answer(catalog, request, review)) ||
    isTaken(() => answerAfterReview(catalog, request, afterReview))
  );
}

function isTaken(transition: () => unknown): boolean {
  try {
    transition();
    return true;
  } catch (error) {
    if (error instanceof CurfewError) return false;
    throw error;
  }
}
