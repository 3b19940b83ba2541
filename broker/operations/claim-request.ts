/** Claims what others have asked for: the person signs for it, policy is asked again about exactly them, and their principal is on record. */
import { isUnclaimed } from '#domain/claim.ts';
import { NotAllowed, RequestNotFound, RequestRefused, WrongStatus } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';
import { claim } from '#domain/transitions/claim.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { changeRecord, readRequest } from './change-record.ts';
import { approvalFault } from './check-approval.ts';
import { type JudgeNeeds, resolve } from './judge-submission.ts';
import { isConcerned } from './read-access.ts';
import { readCircumstances } from './read-circumstances.ts';
import { surveyAsked } from './survey-asked.ts';

type Needs = JudgeNeeds & Pick<World, 'executions'>;

/**
 * Idempotent for the same principal. Throws NotAllowed for whoever it isn't for, WrongStatus where there is nothing to claim (not
 * yet, or not any more), RequestRefused where policy says no to this very claim: it stays to be claimed, within its window.
 */
export async function claimRequest(
  world: Needs,
  { caller, id }: { caller: Caller; id: string },
): Promise<AccessRequest> {
  if (caller.person === undefined)
    throw new NotAllowed(
      'Only people claim access: nobody vouches for the session name of your IAM role, or it is for workloads.',
    );
  const seen = await readRequest(world, id);
  if (!isConcerned(world.catalog, caller, seen))
    throw new RequestNotFound(`There is no request ${id}.`, { details: { requestId: id } });
  const wanted = claim(seen, caller, world.clock.now());
  if (wanted) await refuseUnlessAllowed(world, wanted.request, caller);
  const request = await changeRecord(world, id, (before) => {
    if (wanted && isUnclaimed(before) && before.digest !== seen.digest)
      throw new WrongStatus(`Request ${id} changed meanwhile. Look at it again, then claim it.`);
    return claim(before, caller, world.clock.now());
  });
  await signalAnswer(world, request);
  return request;
}

/** The same checks as right before access is given; nothing may be claimed that OpenGrant would refuse. */
async function refuseUnlessAllowed(world: Needs, claimed: AccessRequest, caller: Caller): Promise<void> {
  const surveyed = await surveyAsked(world, claimed.asked);
  const resolved = resolve(world, claimed.asked, surveyed.role);
  const judged = resolved ? { ...claimed, resolved } : claimed;
  const circumstances = await readCircumstances(world, 'grant', judged, surveyed);
  const { principal } = caller;
  const fault = approvalFault(world, claimed, { principal, resolved, circumstances });
  if (!fault) return;
  const reason = 'refused' in fault ? fault.refused : `${fault.anew.reason}; ask again`;
  throw new RequestRefused(reason, { details: { requestId: claimed.id, reasons: [reason] } });
}
