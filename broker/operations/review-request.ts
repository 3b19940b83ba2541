/** A reviewer's signed answer: their own IAM identity says who they are. */
import { IdentityRefused } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import type { AccessRequest, Review } from '#domain/request.ts';
import { answer } from '#domain/transitions/answer.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { changeRecord } from './change-record.ts';

export interface ReviewInput {
  caller: Caller;
  id: string;
  answer: Review['answer'];
  reason?: string;
  /** Digest of what the reviewer was shown. */
  digest: string;
}

export async function reviewRequest(
  world: Pick<World, 'clock' | 'catalog' | 'records' | 'executions'>,
  input: ReviewInput,
): Promise<AccessRequest> {
  const { person } = input.caller;
  if (person === undefined) {
    throw new IdentityRefused(
      'Only people answer requests; this role lets its callers choose their own session name.',
    );
  }
  const request = await changeRecord(world, input.id, (before) =>
    answer(world.catalog, before, {
      reviewer: person,
      answer: input.answer,
      ...(input.reason === undefined ? {} : { reason: input.reason }),
      at: world.clock.now(),
      assurance: 'signed',
      digest: input.digest,
    }),
  );
  await signalAnswer(world, request);
  return request;
}
