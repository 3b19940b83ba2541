/** AuditEvent: one fact about one request, kill order or passkey, chained to the one before by its hash. */
import { digestOf } from './digest.ts';
import type { Instant } from './instant.ts';
import type { Status } from './request.ts';

/** Of a kill order: ending what is live, having ended it and still on, and no longer on. */
export const killStatuses = ['killing', 'killed', 'lifted'] as const;
export type KillStatus = (typeof killStatuses)[number];

/** Of a passkey: asked for, made and not yet vouched for, good for reviews, and good for nothing any more. */
export const passkeyStatuses = ['enrolling', 'unconfirmed', 'usable', 'revoked'] as const;
export type PasskeyStatus = (typeof passkeyStatuses)[number];

/** Of whatever is on record. */
export type AnyStatus = Status | KillStatus | PasskeyStatus;

/** Hash that the first event of a request points back to. */
export const chainStart = '0'.repeat(64);

export const eventTypes = [
  'submitted',
  'refused',
  'reviewers-asked',
  'reviewed',
  'asked-again',
  'approved',
  'denied',
  'withdrawn',
  'timed-out',
  'scheduled',
  'claim-asked',
  'claimed',
  'grant-opened',
  'grant-bound',
  'grant-active',
  'signalled',
  'end-requested',
  'revoking',
  'unbound',
  'revoked',
  'failed',
  'swept',
  'notice-sent',
  'after-review-reminded',
  'after-review-overdue',
  'after-reviewed',
  'first-used',
  'removal-confirmed',
  'residual-found',
  'usage-flagged',
  'kill-ordered',
  'kill-passed',
  'kill-done',
  'kill-lifted',
  'passkey-asked',
  'passkey-registered',
  'passkey-confirmed',
  'passkey-used',
  'passkey-suspected',
  'passkey-revoked',
] as const;
export type EventType = (typeof eventTypes)[number];

export interface AuditEvent<S extends AnyStatus = Status> {
  v: 1;
  /** Of the request, of the kill order, or of the passkey. */
  requestId: string;
  /** 1 for the first event of a request, without gaps. */
  seq: number;
  at: Instant;
  type: EventType;
  /** Person, session or `curfew:<function>` that did it. */
  actor: string;
  status: S;
  /** Facts for the reader; JSON, never a secret, token or link. */
  facts: Record<string, unknown>;
  /** Hash of the event before, or chainStart. */
  prev: string;
  /** Digest of all fields above. */
  hash: string;
}

/** What is stored, shipped and verified alike, whatever it is about. */
export type AnyEvent = AuditEvent<AnyStatus>;

export type NewEvent = Pick<AuditEvent, 'at' | 'type' | 'actor' | 'facts'>;

export function chain<S extends AnyStatus>(
  head: { seq: number; hash: string },
  requestId: string,
  status: S,
  event: NewEvent,
): AuditEvent<S> {
  const body = { v: 1 as const, requestId, seq: head.seq + 1, status, ...event, prev: head.hash };
  return { ...body, hash: digestOf(body) };
}

/** The first fault of one request's chain in words, or undefined when it is whole. */
export function chainFault(events: readonly AnyEvent[]): string | undefined {
  let head = { seq: 0, hash: chainStart };
  for (const event of events) {
    const { hash, ...body } = event;
    if (event.seq !== head.seq + 1) return `event ${head.seq + 1} is missing: found ${event.seq}`;
    if (event.prev !== head.hash) return `event ${event.seq} does not follow event ${head.seq}`;
    if (digestOf(body) !== hash) return `event ${event.seq} was edited`;
    head = { seq: event.seq, hash };
  }
  return undefined;
}
