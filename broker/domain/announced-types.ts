/** Which audit events the outside is told of: every change of status, and the facts that somebody else may have to act on. */
import { type EventType, eventTypes } from './audit-event.ts';

const isAnnounced: Record<EventType, boolean> = {
  submitted: true,
  refused: true,
  'reviewers-asked': false,
  reviewed: true,
  'asked-again': true,
  approved: true,
  denied: true,
  withdrawn: true,
  'timed-out': true,
  scheduled: true,
  'claim-asked': false,
  claimed: true,
  'grant-opened': true,
  'grant-bound': false,
  'grant-active': true,
  signalled: true,
  'end-requested': true,
  revoking: true,
  unbound: false,
  revoked: true,
  failed: true,
  swept: false,
  'notice-sent': false,
  'after-review-reminded': false,
  'after-review-overdue': true,
  'after-reviewed': true,
  'kill-ordered': true,
  'kill-passed': false,
  'kill-done': true,
  'kill-lifted': true,
  // Keys of reviewers are no matter of requests.
  'passkey-asked': false,
  'passkey-registered': false,
  'passkey-confirmed': false,
  'passkey-used': false,
  'passkey-suspected': false,
  'passkey-revoked': false,
};

export const announcedTypes: readonly EventType[] = eventTypes.filter((type) => isAnnounced[type]);
