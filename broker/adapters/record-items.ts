/** How requests, events, links and idempotency keys lie in the table, and how they are read back. */

import type * as z from 'zod';
import type { AnyEvent } from '#domain/audit-event.ts';
import { canonicalJson, sha256Hex } from '#domain/digest.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import { after, type Instant } from '#domain/instant.ts';
import { isFinal } from '#domain/lifecycle.ts';
import { type LiveGrant, liveGrantOf } from '#domain/live-grant.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { ReviewLink } from '#domain/review-link.ts';
import { ticketKey } from '#domain/ticket.ts';
import { parseStored, storedLink, storedLiveGrant, storedRequest } from './stored-request.ts';
import { eventKey, idempotencyKey, linkKey, requestKey, shardOf, table, ticketItemKey } from './table.ts';

export type Item = Record<string, unknown>;
const { due, live, requester, unshipped } = table.indexes;

/** Links and idempotency keys are rubbish this long after they have served. */
const keptMs = 7 * 24 * 3_600_000;

export const duePartition = (shard: number) => `DUE#${shard}`;
export const livePartition = ({ eksName, region }: EksCluster, shard: number) =>
  `LIVE#${region}#${eksName}#${shard}`;
export const unshippedPartition = (shard: number) => `UNSHIPPED#${shard}`;
export const unsealedPartition = (shard: number) => `UNSEALED#${shard}`;
export const requesterPartition = (key: string) => `REQUESTER#${key}`;

/** Positions in the lists; text order is the order of the list. */
export const duePosition = ({ dueAt, id }: { dueAt: Instant; id: string }) => `${dueAt}#${id}`;
export const agePosition = ({ createdAt, id }: Pick<AccessRequest, 'createdAt' | 'id'>) =>
  `${createdAt}#${id}`;

export function requestItem(request: AccessRequest): Item {
  const { id, version, dueAt } = request;
  return {
    ...requestKey(id),
    version,
    record: request,
    [requester.partitionKey]: requesterPartition(request.requester.key),
    [requester.sortKey]: agePosition(request),
    ...(dueAt
      ? { [due.partitionKey]: duePartition(shardOf(id)), [due.sortKey]: duePosition({ dueAt, id }) }
      : {}),
    ...liveItem(request),
  };
}

function liveItem(request: AccessRequest): Item {
  const grant = liveGrantOf(request);
  if (!grant) return {};
  const partition = livePartition(grant.eksCluster, shardOf(request.id));
  return { live: grant, [live.partitionKey]: partition, [live.sortKey]: request.id };
}

export function liveOf(item: Item): LiveGrant {
  return parseStored(storedLiveGrant, item.live, `The live grant at ${String(item.pk)}`);
}

export function requestOf(item: Item): AccessRequest {
  return parseStored(storedRequest, item.record, `The request at ${String(item.pk)}`);
}

/** The event itself is kept as its canonical text: what is hashed, stored and shipped is the same bytes. */
export function eventItem(event: AnyEvent, change: string): Item {
  const { requestId, seq, at } = event;
  return {
    ...eventKey(requestId, seq),
    event: canonicalJson(event),
    change,
    [unshipped.partitionKey]: unshippedPartition(shardOf(requestId)),
    [unshipped.sortKey]: `${at}#${requestId}#${seq}`,
  };
}

export function eventOf<E>(item: Item, schema: z.ZodType<E>): E {
  const what = `The audit event at ${String(item.pk)} ${String(item.sk)}`;
  return parseStored(schema, JSON.parse(String(item.event)), what);
}

export function linkItem(link: ReviewLink): Item {
  return { ...linkKey(link.hash), link, [table.expiry]: epochSeconds(after(link.expiresAt, keptMs)) };
}

export function linkOf(item: Item): ReviewLink {
  const link = parseStored(storedLink, item.link, 'A review link');
  return typeof item.usedAt === 'string' ? { ...link, usedAt: item.usedAt } : link;
}

export function idempotencyItem(
  { key, bodyHash }: { key: string; bodyHash: string },
  requestId: string,
  at: Instant,
): Item {
  return {
    ...idempotencyKey(sha256Hex(key)),
    requestId,
    bodyHash,
    [table.expiry]: epochSeconds(after(at, keptMs)),
  };
}

/** Undefined where the ticket's item stays as it is: written with the request, and marked once the request is over. */
export function ticketItem(request: AccessRequest, isNew: boolean): Item | undefined {
  const { id, asked, status, updatedAt } = request;
  if (asked.ticket === undefined) return undefined;
  const key = ticketItemKey(sha256Hex(ticketKey(asked.ticket)), id);
  if (!isFinal(status)) return isNew ? key : undefined;
  return isNew ? undefined : { ...key, over: true, [table.expiry]: epochSeconds(after(updatedAt, keptMs)) };
}

export function epochSeconds(instant: Instant): number {
  return Math.floor(Date.parse(instant) / 1000);
}
