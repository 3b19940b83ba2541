/** Somebody else's signed answer to a use of break-glass, once it is over: accepted, or disputed. */
import type { AfterReviewAnswer } from '#domain/after-review.ts';
import { IdentityRefused } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';
import { answerAfterReview } from '#domain/transitions/after-review.ts';
import type { World } from '#ports';
import { changeRecord } from './change-record.ts';

export interface ReviewAfterwardsInput extends Pick<AfterReviewAnswer, 'verdict' | 'reason' | 'digest'> {
  caller: Caller;
  id: string;
}

export async function reviewAfterwards(
  world: Pick<World, 'clock' | 'catalog' | 'records'>,
  { caller, id, verdict, reason, digest }: ReviewAfterwardsInput,
): Promise<AccessRequest> {
  const { person } = caller;
  if (person === undefined)
    throw new IdentityRefused(
      'Only people answer after-reviews; this role lets its callers choose their own session name.',
    );
  return changeRecord(world, id, (before) => {
    const answer = { reviewer: person, verdict, reason, at: world.clock.now(), digest };
    return answerAfterReview(world.catalog, before, answer);
  });
}
