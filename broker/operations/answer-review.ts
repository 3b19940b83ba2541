/** Tells the waiting execution what the record says of the reviewers' answer, or of the claim. A lost call is repeated by the sweep. */
import { mayStand } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { awaitsClaim } from '#domain/transitions/claim.ts';
import type { World } from '#ports';
import { bestEffort } from './signal.ts';

export async function signalAnswer(
  { executions }: Pick<World, 'executions'>,
  request: AccessRequest,
): Promise<void> {
  const { waiting, status } = request;
  if (waiting?.state !== 'AskReviewers' && waiting?.state !== 'AwaitClaim') return;
  // A yes of the reviewers is not what it waits for then.
  if (waiting.state === 'AwaitClaim' && awaitsClaim(request)) return;
  const { taskToken } = waiting;
  await bestEffort(async () => {
    if (status === 'approved' || status === 'scheduled' || mayStand(status))
      await executions.succeed(taskToken);
    else if (status === 'withdrawn')
      await executions.fail(taskToken, 'Withdrawn', 'The requester withdrew it.');
    else if (status !== 'pending') await executions.fail(taskToken, 'Denied', `The request is ${status}.`);
  });
}
