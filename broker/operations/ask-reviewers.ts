/** AskReviewers: keeps the task token and mails each reviewer a link of their own. */
import { amend } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { changeRecord } from './change-record.ts';
import { mailReviewers } from './mail-reviewers.ts';
import { sendNotice } from './send-notice.ts';
import { bestEffort } from './signal.ts';

type Needs = Pick<World, 'clock' | 'ids' | 'records' | 'executions' | 'mailer' | 'messages'>;

/** Mails that can't be sent now are sent by the sweep: this doesn't fail for them, since a retry would restart the window. */
export async function askReviewers(
  world: Needs,
  { requestId, taskToken }: { requestId: string; taskToken: string },
): Promise<AccessRequest> {
  const request = await changeRecord(world, requestId, (before) => {
    const open = before.status === 'pending' || before.status === 'approved';
    if (!open || before.waiting?.taskToken === taskToken) return undefined;
    const at = world.clock.now();
    const waiting = { state: 'AskReviewers' as const, taskToken, since: at };
    return amend(before, {
      at,
      actor: 'curfew:AskReviewers',
      reason: 'the workflow waits for an answer',
      type: 'reviewers-asked',
      facts: { reviewers: before.reviewers, reviewBy: before.reviewBy },
      changes: { waiting },
    });
  });
  // Decided before the token was kept: whoever decided saw no token, so it is answered here.
  if (request.status !== 'pending') {
    await signalAnswer(world, {
      ...request,
      waiting: { state: 'AskReviewers', taskToken, since: world.clock.now() },
    });
    return tell(world, request);
  }
  return tell(world, await mailReviewers(world, { requestId }));
}

/** Of break-glass, and after everything that the grant waits for: a fault here must hold nothing up. The sweep tries again. */
async function tell(world: Needs, request: AccessRequest): Promise<AccessRequest> {
  await bestEffort(() => sendNotice(world, { requestId: request.id, actor: 'curfew:AskReviewers' }));
  return request;
}
