/** From a name to a principal: the person whom others asked for has signed for it, and what was approved can be opened for them. */
import { type Claim, isUnclaimed } from '../claim.ts';
import { NotAllowed, WrongStatus } from '../errors.ts';
import { type Caller, subjectOf } from '../identity.ts';
import type { Instant } from '../instant.ts';
import { type Advanced, amend, isFinal } from '../lifecycle.ts';
import type { AccessRequest } from '../request.ts';
import { openByOf } from '../start.ts';

/** Whether it is approved and nobody has signed for it. */
export function awaitsClaim(
  request: Pick<AccessRequest, 'status'> & { subject: Pick<AccessRequest['subject'], 'kind'> },
): boolean {
  return (request.status === 'approved' || request.status === 'scheduled') && isUnclaimed(request);
}

/**
 * Undefined for a repeat of the same principal. Throws NotAllowed for whoever it isn't for, WrongStatus where there is nothing
 * to claim, not yet or not any more. Whether policy still allows it is for the one who calls this to ask.
 */
export function claim(before: AccessRequest, caller: Caller, at: Instant): Advanced | undefined {
  const { id, status, requester, subject, openBy } = before;
  const refuse = (why: string) => new WrongStatus(why, { details: { requestId: id, status } });
  if (!requester.askedBy || !before.claim)
    throw refuse(`Request ${id} began with a call that was signed: there is nothing to claim.`);
  refuseUnlessMeant({ id, person: requester.person, claim: before.claim }, caller);
  const claimed = subjectOf(caller);
  if (subject.kind !== 'unclaimed') {
    if (subject.roleId === claimed.roleId && subject.kubernetes.name === claimed.kubernetes.name)
      return undefined;
    throw refuse(
      `Request ${id} was claimed from the IAM role ${subject.principalArn}; it can't be claimed from another one too.`,
    );
  }
  if (status === 'pending')
    throw refuse(`Request ${id} is not approved yet: it can be claimed once its reviewers have said yes.`);
  if (isFinal(status)) throw refuse(`Request ${id} is ${status}: it can't be claimed any more.`);
  if (openBy !== undefined && at >= openBy)
    throw refuse(`Request ${id} could be claimed until ${openBy}. Ask for it again.`);
  const { person, principal, sessionName, network } = caller;
  return amend(before, {
    at,
    actor: person ?? requester.key,
    type: 'claimed',
    reason: `claimed from the IAM role ${principal.arn}`,
    facts: { subject: { ...claimed } },
    changes: {
      subject: claimed,
      requester: {
        ...requester,
        principalArn: principal.arn,
        sessionName,
        ...(network === undefined ? {} : { network }),
      },
      claim: { ...before.claim, at },
      openBy: openByOf(before.asked, at),
    },
  });
}

/** Throws NotAllowed for whoever isn't known to be the person, or comes by another IAM role. */
function refuseUnlessMeant(
  { id, person, claim }: { id: string; person: string | undefined; claim: Claim },
  caller: Caller,
): void {
  const refuse = (why: string) => new NotAllowed(why, { details: { requestId: id } });
  if (caller.workload || caller.person === undefined)
    throw refuse(
      'Only a person claims access: nobody vouches for the session name of your IAM role, or it is for workloads.',
    );
  if (caller.person !== person)
    throw refuse(`Request ${id} is for ${person}, and you are ${caller.person}: only they can claim it.`);
  const { from } = claim;
  if (from && !from.includes(caller.principal.arn))
    throw refuse(
      `Request ${id} can't be claimed from the IAM role ${caller.principal.arn}. Sign in with ${from.join(' or ')}.`,
    );
}
