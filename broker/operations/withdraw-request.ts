/** The requester takes a request back before anything was granted. */
import { askedAs } from '#domain/claim.ts';
import { NotAllowed } from '#domain/errors.ts';
import { type Caller, callerKey } from '#domain/identity.ts';
import { advance } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { changeRecord } from './change-record.ts';
import { isRequester } from './same-requester.ts';

export async function withdrawRequest(
  world: Pick<World, 'clock' | 'records' | 'executions'>,
  { caller, id, reason }: { caller: Caller; id: string; reason?: string },
): Promise<AccessRequest> {
  const actor = callerKey(caller);
  const request = await changeRecord(world, id, (before) => {
    if (!isRequester(caller, before) && !askedAs(caller, before.requester.askedBy))
      throw new NotAllowed('Only the one who asked, or whom it is for, can withdraw a request.');
    if (before.status === 'withdrawn') return undefined;
    return advance(before, 'withdrawn', {
      at: world.clock.now(),
      actor,
      reason: reason ?? 'withdrawn by the requester',
    });
  });
  await signalAnswer(world, request);
  return request;
}
