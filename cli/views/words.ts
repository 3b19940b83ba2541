/** A request's parts in a person's words; the same words in every command. */
import { askerInWords } from '#domain/claim.ts';
import { isForeign } from '#domain/role-definition.ts';
import { workloadInWords } from '#domain/workload.ts';
import type { RequestView } from '#http/request-view.ts';
import { safeText } from '../terminal/safe-text.ts';
import { when } from '../terminal/times.ts';
import { spanInWords, spanOf } from './span.ts';

/** Who asked for it, where that isn't whom it is for; undefined elsewhere. */
export function askerOf({ requester }: Pick<RequestView, 'requester'>): string | undefined {
  return requester.askedBy && safeText(askerInWords(requester.askedBy));
}

/** `alice@example.com`, the pipeline and its run, or the role's session where the name proves nobody. */
export function whoAsked({ requester }: Pick<RequestView, 'requester'>): string {
  if (requester.person) return safeText(requester.person);
  if (requester.workload) return safeText(workloadInWords(requester.workload));
  const { principalArn = '', sessionName = '' } = requester;
  const role = principalArn.split('/').at(-1) ?? principalArn;
  return safeText(`${role}/${sessionName}`);
}

/** Who gets in: one person, or everyone who holds the role. */
export function whoGetsIn({ subject, claim }: Pick<RequestView, 'subject' | 'claim'>): string {
  if (subject.kind === 'unclaimed') {
    const from = claim?.from ? ` from ${claim.from.join(' or ')}` : '';
    return safeText(`${subject.person}, once they have claimed it${from}`);
  }
  const role = subject.principalArn.split('/').at(-1) ?? subject.principalArn;
  return subject.kind === 'person'
    ? safeText(`${subject.sessionName ?? ''} (only this person of IAM role ${role})`)
    : safeText(`EVERYONE who can assume IAM role ${role}`);
}

/** `pod-reader on payments-prod, namespace payments`; with what it is held to, where it is for less than the role. */
export function what({
  asked,
}: {
  asked: Pick<RequestView['asked'], 'role' | 'cluster' | 'namespaces' | 'allow'>;
}): string {
  const only = asked.allow ? `only ${asked.allow.join('; ')} of ` : '';
  const places = asked.namespaces.length === 1 ? 'namespace' : 'namespaces';
  return safeText(`${only}${asked.role} on ${asked.cluster}, ${places} ${asked.namespaces.join(', ')}`);
}

/** Short form of `what` for tables: `payments-prod/payments`. */
export function where({ asked }: Pick<RequestView, 'asked'>): string {
  return `${asked.cluster}/${asked.namespaces.join(',')}`;
}

/** Names joined as one says them, at most three in full. */
export function people(names: readonly string[]): string {
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} others`] : names;
  return safeText(
    shown.length < 2 ? (shown[0] ?? 'nobody') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`,
  );
}

/** Why it came to its last status, as recorded. */
export function lastReason(request: Pick<RequestView, 'history'>): string {
  return safeText(request.history.at(-1)?.reason ?? '');
}

/** Where it stands, and what happens next: one line. */
export function standing(request: RequestView, now: Date = new Date()): string {
  const { status, grant, reviews, decision } = request;
  const approvals = reviews.filter(({ answer }) => answer === 'approve').length;
  switch (status) {
    case 'pending': {
      const have =
        decision.reviewsNeeded > 1 ? `, ${approvals} of ${decision.reviewsNeeded} approvals so far` : '';
      return `waiting for ${people(request.reviewers)}${have}; times out ${when(request.reviewBy, now)}`;
    }
    case 'approved':
    case 'scheduled': {
      if (request.subject.kind === 'unclaimed')
        return safeText(
          `approved; waits until ${request.subject.person} claims it${request.openBy ? `, until ${when(request.openBy, now)}` : ''}`,
        );
      const span = spanOf(request);
      if (!span) return 'approved; access is being put in place';
      const goesOn = request.asked.extends === undefined ? 'access' : 'access goes on';
      return `approved; ${goesOn} ${spanInWords(span, now)}`;
    }
    case 'granting':
      return 'approved; access is being put in place';
    case 'active':
      return request.endRequested
        ? 'an end was asked for; access is being taken away'
        : `access until ${grant ? when(grant.expiresAt, now) : 'unknown'}`;
    case 'revoking':
      return request.standing
        ? `access can not be taken away since ${when(request.standing.since, now)}, and is tried again: ${request.standing.reason}`
        : 'access is being taken away';
    case 'denied':
      return decision.outcome === 'refuse' ? 'refused by policy' : `denied by ${people(denier(request))}`;
    case 'withdrawn':
      return 'withdrawn';
    case 'timed-out':
      return wasApproved(request)
        ? `timed out: approved, but not ${request.subject.kind === 'unclaimed' ? 'claimed' : 'opened'} in time`
        : 'timed out: nobody answered in time';
    case 'revoked':
      return `access ended ${grant?.unboundAt ? when(grant.unboundAt, now) : when(request.updatedAt, now)}`;
    case 'failed':
      return 'could not be granted; nothing was ever usable';
  }
}

/** Whether it came to an approval, whatever came after. */
export function wasApproved({ history }: Pick<RequestView, 'history'>): boolean {
  return history.some(({ status }) => status === 'approved');
}

function denier({ reviews, history }: RequestView): string[] {
  const found = reviews.find(({ answer }) => answer === 'deny')?.reviewer ?? history.at(-1)?.by;
  return found ? [found] : [];
}

/** With the ClusterRole that gives it, where that isn't Curfew's. */
export function roleInWords({ asked, resolved }: Pick<RequestView, 'asked' | 'resolved'>): string {
  const { clusterRole } = resolved;
  return isForeign(clusterRole) ? `${asked.role}, by ClusterRole ${clusterRole} of the cluster` : asked.role;
}
