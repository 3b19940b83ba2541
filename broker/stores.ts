/** What is kept: records with their events, kill orders, known clusters, and who holds which access entry. Part of the ports. */
import type { EntryItem, EntryKey } from '#domain/access-entry.ts';
import type { AnyEvent, AuditEvent, KillStatus, PasskeyStatus } from '#domain/audit-event.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import type { Instant } from '#domain/instant.ts';
import type { KillOrder } from '#domain/kill-order.ts';
import type { KillScope, KillSwitch } from '#domain/kill-scope.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import type { Passkey } from '#domain/passkey.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { ReviewLink } from '#domain/review-link.ts';
import type { TicketNote } from '#domain/ticket-ask.ts';
import type { Closing } from '#domain/ticket-closing.ts';
import type { Usage } from '#domain/usage/usage.ts';

export interface Page<T> {
  items: T[];
  cursor?: string;
}

/** One transaction: the request (conditional on expectedVersion; 0 = must not exist) and everything that goes with it. */
export interface Change {
  request: AccessRequest;
  expectedVersion: number;
  events: AuditEvent[];
  newLinks?: ReviewLink[];
  /** Hash of a link that must be unused; it is used by this change. */
  usedLink?: { hash: string; at: Instant };
  /** Must be new; with the hash of the body it was used with. */
  idempotency?: { key: string; bodyHash: string };
  /** None of these may be on. */
  unless?: KillScope[];
}

export interface Records {
  /**
   * All or nothing. RecordChanged: another version, link used, or idempotency key taken. KillSwitchOn: one of `unless` is on.
   * A repeat of the same change that did work answers as if it worked now.
   */
  commit(change: Change): Promise<void>;
  /** Strongly consistent. */
  read(requestId: string): Promise<AccessRequest | undefined>;
  readLink(hash: string): Promise<ReviewLink | undefined>;
  readIdempotency(key: string): Promise<{ requestId: string; bodyHash: string } | undefined>;
  /** Newest first. InvalidInput for a cursor that isn't ours. */
  listByRequester(
    requesterKey: string,
    page: { limit: number; cursor?: string },
  ): Promise<Page<AccessRequest>>;
  /** Everything not final, soonest due first. */
  listOpen(page: { limit: number; cursor?: string }): Promise<Page<AccessRequest>>;
  /** What may stand on one cluster, a page of at most `limit`; eventually consistent. */
  listLive(cluster: EksCluster, page: { limit: number; cursor?: string }): Promise<Page<LiveGrant>>;
  /** What may stand and is due in a span, on any cluster; eventually consistent. */
  liveDue(span: { from: Instant; before: Instant }, limit: number): Promise<LiveGrant[]>;
  /** Ids of requests due at or before `now`, oldest first; eventually consistent. */
  due(now: Instant, limit: number): Promise<string[]>;
  /** Ids of requests that are not over and carry this ticket, by ticketKey; consistent. */
  withTicket(ticket: string): Promise<string[]>;
  /** Events of one request in order; consistent. */
  events(requestId: string): Promise<AuditEvent[]>;
  /** Events of one request, or kill order, that were not marked shipped, in order; consistent. */
  unshipped(requestId: string): Promise<AnyEvent[]>;
  /** Requests and kill orders with unshipped events; eventually consistent. */
  unshippedRequests(limit: number): Promise<string[]>;
  markShipped(event: Pick<AuditEvent, 'requestId' | 'seq'>): Promise<void>;
}

/** One transaction: the order (conditional on expectedVersion) and its events; lifted, it also puts the switch off. */
export interface KillChange {
  order: KillOrder;
  expectedVersion: number;
  events: AuditEvent<KillStatus>[];
}

/** Kill orders, and the switches that they put on. */
export interface KillOrders {
  /** Puts the switch on with its new order. Returns the order that is on: this one, or an earlier one of the same scope. */
  begin(change: Omit<KillChange, 'expectedVersion'>): Promise<KillOrder>;
  /** RecordChanged for another version. */
  save(change: KillChange): Promise<void>;
  /** Strongly consistent. */
  read(id: string): Promise<KillOrder | undefined>;
  /** Events in order; consistent. */
  events(id: string): Promise<AuditEvent<KillStatus>[]>;
  /** All, newest first; eventually consistent. InvalidInput for a cursor that isn't ours. */
  list(page: { limit: number; cursor?: string }): Promise<Page<KillOrder>>;
  /** The first of these scopes' switches that is on; consistent. */
  switchOn(scopes: readonly KillScope[]): Promise<KillSwitch | undefined>;
  /** Those that need passes, oldest first; eventually consistent. */
  driven(): Promise<KillOrder[]>;
}

/** One transaction: the passkey (conditional on expectedVersion; 0 = must not exist) and its events. */
export interface PasskeyChange {
  passkey: Passkey;
  expectedVersion: number;
  events: AuditEvent<PasskeyStatus>[];
}

/** Passkeys of reviewers; none is ever deleted. */
export interface Passkeys {
  /** RecordChanged for another version. */
  save(change: PasskeyChange): Promise<void>;
  /** Strongly consistent. */
  read(id: string): Promise<Passkey | undefined>;
  /** All of one person, by its main name, oldest first; consistent. */
  of(person: string): Promise<Passkey[]>;
  /** Events in order; consistent. */
  events(id: string): Promise<AuditEvent<PasskeyStatus>[]>;
  /** All, newest first; eventually consistent. InvalidInput for a cursor that isn't ours. */
  list(page: { limit: number; cursor?: string }): Promise<Page<Passkey>>;
}

/** A delivery of a ticket system: its source in the catalog, and what it is known again by. */
export interface TakenDelivery {
  source: string;
  key: string;
}

/** What ticket systems have told. All reads consistent. */
export interface TicketNotes {
  wasTaken(delivery: TakenDelivery): Promise<boolean>;
  /** Longer than anybody sends it again. Fine if it is known. */
  keepTaken(delivery: TakenDelivery, at: Instant): Promise<void>;
  /** Fine if it is noted. */
  noteClosing(closing: Closing, at: Instant): Promise<void>;
  /** Those that are noted and not done. */
  closings(): Promise<Closing[]>;
  closingDone(closing: Closing, at: Instant): Promise<void>;
  /** Keeps when it was closed, if that is later than what is known; as long as deliveries are. */
  keepClosed(closed: ClosedTicket, at: Instant): Promise<void>;
  /** When it was closed last, by the clock of its source. */
  closedAt(ticket: Omit<ClosedTicket, 'at'>): Promise<Instant | undefined>;
  /** Fine if it is noted. */
  noteAsk(ask: TicketNote, at: Instant): Promise<void>;
  /** Those that are noted and not done. */
  asks(): Promise<TicketNote[]>;
  askDone(ask: TicketNote, at: Instant): Promise<void>;
}

export interface ClosedTicket {
  source: string;
  /** As ticketKey has it. */
  ticket: string;
  at: Instant;
}

/** What is known of the use of each grant. Consistent. */
export interface UsageStore {
  /** Version 0 where nothing is known. */
  read(requestId: string): Promise<{ usage: Usage; version: number }>;
  /** RecordChanged unless it is the next after `expectedVersion`. */
  save(requestId: string, usage: Usage, expectedVersion: number): Promise<void>;
}

/** Clusters to look after: each that was in the catalog, until nothing is left of it. Consistent. */
export interface KnownClusters {
  list(): Promise<EksCluster[]>;
  /** Fine if it is known. */
  remember(cluster: EksCluster): Promise<void>;
  /** Fine if it is not. */
  forget(cluster: EksCluster): Promise<void>;
}

/** Who holds which access entry. All reads consistent; writes conditional, RecordChanged when the condition fails. */
export interface EntryLedger {
  read(key: EntryKey): Promise<EntryItem | undefined>;
  /** Up to 100 at once, in order. */
  readAll(keys: readonly EntryKey[]): Promise<(EntryItem | undefined)[]>;
  holders(key: EntryKey): Promise<string[]>;
  /**
   * One transaction: put the holder and move the item from `expected` (undefined = none) to `next` (same object: only
   * check it). 'ended', and nothing is written, when the request is not granting or its end was requested: whoever
   * releases holds would not see this one.
   */
  hold(requestId: string, expected: EntryItem | undefined, next: EntryItem): Promise<'held' | 'ended'>;
  /** Removes a holder; fine if it is gone. */
  release(key: EntryKey, requestId: string): Promise<void>;
  /** Conditional on state and generation of `expected` (undefined = none). */
  move(expected: EntryItem | undefined, next: EntryItem): Promise<void>;
}
