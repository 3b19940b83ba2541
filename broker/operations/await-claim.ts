/** AwaitClaim: keeps the task token, and mails the person whom others have asked for how to claim it. */
import { amend } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { awaitsClaim } from '#domain/transitions/claim.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { askToClaim } from './ask-to-claim.ts';
import { changeRecord } from './change-record.ts';

type Needs = Pick<World, 'clock' | 'records' | 'executions' | 'mailer' | 'messages'>;

/** Mail that can't be sent now is sent by the sweep: this doesn't fail for it, since a retry would restart the window. */
export async function awaitClaim(
  world: Needs,
  { requestId, taskToken }: { requestId: string; taskToken: string },
): Promise<AccessRequest> {
  const since = world.clock.now();
  const waiting = { state: 'AwaitClaim' as const, taskToken, since };
  const request = await changeRecord(world, requestId, (before) => {
    if (!awaitsClaim(before) || before.waiting?.taskToken === taskToken) return undefined;
    return amend(before, {
      at: since,
      actor: 'curfew:AwaitClaim',
      reason: 'the workflow waits for the claim',
      type: 'claim-asked',
      facts: before.openBy === undefined ? {} : { claimBy: before.openBy },
      changes: { waiting },
    });
  });
  if (awaitsClaim(request)) return askToClaim(world, { requestId, actor: 'curfew:AwaitClaim' });
  // Claimed, or over, before the token was kept: whoever did it saw no token, so it is answered here.
  await signalAnswer(world, { ...request, waiting });
  return request;
}
