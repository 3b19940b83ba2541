/** Records kept in memory: what DynamoDB keeps, with the same conditions. Copies go in and out, so nothing is shared. */

import type { AnyEvent, AuditEvent } from '#domain/audit-event.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import { RecordChanged } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { type KillSwitch, killSwitchOn, scopeKey } from '#domain/kill-scope.ts';
import { isFinal } from '#domain/lifecycle.ts';
import { type LiveGrant, liveGrantOf } from '#domain/live-grant.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { ReviewLink } from '#domain/review-link.ts';
import { ticketKey } from '#domain/ticket.ts';
import type { Change, Page, Records } from '#ports';
import { liveCursor, pageLimit, readCursor, readLiveCursor, writeCursor } from '../cursor.ts';
import { shardOf } from '../table.ts';
import { checkWhole } from '../whole-change.ts';
import { copyOf } from './copy.ts';

interface StoredEvent {
  event: AnyEvent;
  shipped: boolean;
  /** The change that wrote it: tells a repeat of it. */
  change: unknown;
}

type PageAsked = { limit: number; cursor?: string };

export class MemoryRecords implements Records {
  readonly requests = new Map<string, AccessRequest>();
  readonly links = new Map<string, ReviewLink>();
  readonly idempotency = new Map<string, { requestId: string; bodyHash: string }>();
  /** Of requests and of kill orders. */
  readonly stored = new Map<string, StoredEvent[]>();
  /** Kill switches that are on, by scopeKey. */
  readonly switches = new Map<string, KillSwitch>();

  async commit(change: Change): Promise<void> {
    checkWhole(change);
    const kept = this.keep(change);
    const { request, expectedVersion, events, newLinks = [], usedLink, idempotency, unless = [] } = kept;
    const log = this.stored.get(request.id) ?? [];
    if (isSame(log[request.audit.seq - 1]?.change, kept)) return;
    const on = unless.map((scope) => this.switches.get(scopeKey(scope))).find((one) => one !== undefined);
    if (on) throw killSwitchOn(on);
    const refuse = (what: string) => new RecordChanged(`Request ${request.id}: ${what}. Read it again.`);
    if ((this.requests.get(request.id)?.version ?? 0) !== expectedVersion) throw refuse('it has changed');
    if (events[0]?.seq !== log.length + 1) throw refuse('its audit chain has moved on');
    if (newLinks.some((link) => this.links.has(link.hash))) throw refuse('a review link exists already');
    const link = usedLink && this.links.get(usedLink.hash);
    if (usedLink && (!link || link.usedAt)) throw refuse('the review link is used or unknown');
    if (idempotency && this.idempotency.has(idempotency.key)) throw refuse('the idempotency key is taken');

    this.requests.set(request.id, request);
    this.stored.set(request.id, [
      ...log,
      ...events.map((event) => ({ event, shipped: false, change: kept })),
    ]);
    for (const added of newLinks) this.links.set(added.hash, added);
    if (usedLink && link) this.links.set(link.hash, { ...link, usedAt: usedLink.at });
    if (idempotency)
      this.idempotency.set(idempotency.key, { requestId: request.id, bodyHash: idempotency.bodyHash });
  }

  /** What is stored of a change: nothing that its writer could change any more. */
  protected keep(change: Change): Change {
    return JSON.parse(JSON.stringify(change)) as Change;
  }

  async read(requestId: string): Promise<AccessRequest | undefined> {
    return copyOf(this.requests.get(requestId));
  }

  async readLink(hash: string): Promise<ReviewLink | undefined> {
    return copyOf(this.links.get(hash));
  }

  async readIdempotency(key: string): Promise<{ requestId: string; bodyHash: string } | undefined> {
    return copyOf(this.idempotency.get(key));
  }

  async listByRequester(requesterKey: string, asked: PageAsked): Promise<Page<AccessRequest>> {
    const mine = [...this.requests.values()].filter((request) => request.requester.key === requesterKey);
    return this.#page('mine', mine, (request) => `${request.createdAt}#${request.id}`, -1, asked);
  }

  async listOpen(asked: PageAsked): Promise<Page<AccessRequest>> {
    const open = [...this.requests.values()].filter((request) => request.dueAt);
    return this.#page('open', open, (request) => `${request.dueAt}#${request.id}`, 1, asked);
  }

  #page(
    list: string,
    requests: AccessRequest[],
    position: (request: AccessRequest) => string,
    direction: 1 | -1,
    asked: PageAsked,
  ): Page<AccessRequest> {
    const limit = pageLimit(asked.limit);
    const after = asked.cursor === undefined ? undefined : readCursor(list, asked.cursor);
    const order = (a: string, b: string) => (a === b ? 0 : (a < b ? -1 : 1) * direction);
    const rest = requests
      .filter((request) => after === undefined || order(position(request), after) > 0)
      .sort((a, b) => order(position(a), position(b)));
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return rest.length > limit && last
      ? { items: copyOf(items), cursor: writeCursor(list, position(last)) }
      : { items: copyOf(items) };
  }

  async listLive({ eksName, region }: EksCluster, { limit, cursor }: PageAsked): Promise<Page<LiveGrant>> {
    const [from, after] = cursor === undefined ? [0, ''] : readLiveCursor(cursor);
    const rest = [...this.requests.values()]
      .flatMap((request) => liveGrantOf(request) ?? [])
      .filter(({ eksCluster }) => eksCluster.eksName === eksName && eksCluster.region === region)
      .map((grant) => ({ grant, shard: shardOf(grant.requestId), id: grant.requestId }))
      .filter(({ shard, id }) => shard > from || (shard === from && id > after))
      .sort((a, b) => a.shard - b.shard || (a.id < b.id ? -1 : 1));
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const items = copyOf(page.map(({ grant }) => grant));
    return rest.length > limit && last ? { items, cursor: liveCursor(last.shard, last.id) } : { items };
  }

  async liveDue({ from, before }: { from: Instant; before: Instant }, limit: number): Promise<LiveGrant[]> {
    const due = [...this.requests.values()]
      .filter(({ dueAt }) => dueAt !== undefined && dueAt >= from && dueAt < before)
      .sort((a, b) => (`${a.dueAt}#${a.id}` < `${b.dueAt}#${b.id}` ? -1 : 1));
    return copyOf(due.flatMap((request) => liveGrantOf(request) ?? []).slice(0, limit));
  }

  async due(now: Instant, limit: number): Promise<string[]> {
    return [...this.requests.values()]
      .flatMap(({ dueAt, id }) => (dueAt && dueAt <= now ? [{ dueAt, id }] : []))
      .sort((a, b) => (`${a.dueAt}#${a.id}` < `${b.dueAt}#${b.id}` ? -1 : 1))
      .slice(0, limit)
      .map(({ id }) => id);
  }

  async withTicket(ticket: string): Promise<string[]> {
    return [...this.requests.values()]
      .filter(
        ({ asked, status }) =>
          asked.ticket !== undefined && !isFinal(status) && ticketKey(asked.ticket) === ticket,
      )
      .map(({ id }) => id)
      .sort();
  }

  async events(requestId: string): Promise<AuditEvent[]> {
    return copyOf((this.stored.get(requestId) ?? []).map(({ event }) => event as AuditEvent));
  }

  async unshipped(requestId: string): Promise<AnyEvent[]> {
    const waiting = (this.stored.get(requestId) ?? []).filter(({ shipped }) => !shipped);
    return copyOf(waiting.map(({ event }) => event));
  }

  async unshippedRequests(limit: number): Promise<string[]> {
    return [...this.stored]
      .filter(([, log]) => log.some(({ shipped }) => !shipped))
      .map(([id]) => id)
      .slice(0, limit);
  }

  async markShipped({ requestId, seq }: Pick<AuditEvent, 'requestId' | 'seq'>): Promise<void> {
    const found = this.stored.get(requestId)?.[seq - 1];
    if (found) found.shipped = true;
  }
}

function isSame(one: unknown, other: Change): boolean {
  return one !== undefined && (one === other || JSON.stringify(one) === JSON.stringify(other));
}
