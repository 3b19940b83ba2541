/** An announcement in one sentence: of names that we checked and words of our own, never of what somebody wrote. */
import type { AnyEvent, EventType } from './audit-event.ts';
import { askerKey } from './claim.ts';
import { formatDuration } from './duration.ts';
import { type Instant, msBetween } from './instant.ts';
import type { KillOrder } from './kill-order.ts';
import { scopeInWords } from './kill-scope.ts';
import type { AccessRequest } from './request.ts';

/** What ends so much after its time is said to be late. */
const lateMs = 10_000;

export function announcementText(
  event: AnyEvent,
  record: { request: AccessRequest } | { order: KillOrder },
): string {
  return 'order' in record ? ofOrder(event, record.order) : ofRequest(event, record.request);
}

/** `2026-11-21 14:30:05 UTC`. */
const clock = (at: Instant) => `${at.slice(0, 19).replace('T', ' ')} UTC`;

function place({ asked }: AccessRequest): string {
  const { role, namespaces, cluster, allow } = asked;
  return `${role}${allow === undefined ? '' : ' in part'} in ${namespaces.join(', ')} on ${cluster}`;
}

function ofRequest(event: AnyEvent, request: AccessRequest): string {
  const { requester, asked, reviews, grant, ending, claim } = request;
  const who = requester.key;
  const asker = requester.askedBy ? askerKey(requester.askedBy) : undefined;
  const unclaimed = claim && (claim.at === undefined || claim.at > event.at);
  const what = place(request);
  const lasting = `for ${formatDuration(asked.durationSeconds)}`;
  const from = asked.startsAt === undefined ? '' : ` from ${clock(asked.startsAt)} on`;
  const answered = reviews.filter(({ at }) => at <= event.at);
  const approvers = answered.filter(({ answer }) => answer === 'approve').map(({ reviewer }) => reviewer);
  const words: Partial<Record<EventType, () => string>> = {
    submitted: () =>
      asked.breakGlass
        ? `${who} takes ${what} ${lasting} by break-glass`
        : `${asker === undefined ? who : `${asker} for ${who}`} asks for ${what} ${lasting}${from}${event.status === 'approved' ? ': no review is needed' : ''}`,
    refused: () => `${who} asked for ${what} ${lasting} and was refused`,
    reviewed: () => `${event.actor} approved ${what} for ${who}; more reviews are needed`,
    'asked-again': () => `${what} for ${who} has changed since it was approved, and is asked for again`,
    approved: () =>
      `${approvers.length === 0 ? event.actor : approvers.join(' and ')} approved ${what} ${lasting}${from} for ${who}`,
    denied: () => `${event.actor} denied ${what} to ${who}`,
    withdrawn: () => `${event.actor} withdrew the request of ${who} for ${what}`,
    'timed-out': () => `the request of ${who} for ${what} was not carried out in time, and is over`,
    scheduled: () =>
      unclaimed
        ? `${what} for ${who} is approved, and waits until they claim it`
        : `${what} for ${who} is approved, and waits${from === '' ? '' : ` to begin at ${clock(asked.startsAt ?? event.at)}`}`,
    claimed: () => `${who} has claimed ${what}`,
    'grant-opened': () => `${what} is being set up for ${who}`,
    'grant-active': () => `${who} has ${what}${grant ? `, until ${clock(grant.expiresAt)}` : ''}`,
    signalled: () => `something was noticed about ${what} of ${who}`,
    'end-requested': () => `${event.actor} asked to end ${what} of ${who} now`,
    revoking: () => `${what} is being taken away from ${who}`,
    revoked: () => `${what} of ${who} ended${endedWords(grant?.unboundAt, ending?.notBefore)}`,
    failed: () => `${what} could not be given to ${who}: nothing was ever usable`,
    'after-review-overdue': () => `the break-glass of ${who} for ${what} was not looked at in time`,
    'after-reviewed': () => `${event.actor} looked back at the break-glass of ${who} for ${what}`,
  };
  return sentence(words[event.type]?.() ?? `${event.type}: ${what} of ${who}`);
}

function endedWords(unboundAt: Instant | undefined, due: Instant | undefined): string {
  if (unboundAt === undefined) return '';
  const lateness = due === undefined ? 0 : msBetween(due, unboundAt);
  return ` at ${clock(unboundAt)}${lateness > lateMs ? `, ${formatDuration(lateness / 1000)} late` : ', in time'}`;
}

function ofOrder(event: AnyEvent, { scope, ended }: KillOrder): string {
  const what = scopeInWords(scope);
  if (event.type === 'kill-ordered')
    return sentence(
      `${event.actor} put the kill switch on for ${what}: access is being ended, and none begins`,
    );
  if (event.type === 'kill-done')
    return sentence(
      `the kill switch for ${what} has ended all access, ${ended} in all; none begins until it is lifted`,
    );
  return sentence(`${event.actor} lifted the kill switch for ${what}`);
}

const sentence = (words: string) => `${words}.`;
