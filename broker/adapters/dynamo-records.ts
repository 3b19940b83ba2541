/** Records in DynamoDB: a change and its audit events are one transaction. */

import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { AnyEvent, AuditEvent } from '#domain/audit-event.ts';
import { sha256Hex } from '#domain/digest.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import { RecordChanged } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { killSwitchOn } from '#domain/kill-scope.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { ReviewLink } from '#domain/review-link.ts';
import type { Change, Page, Records } from '#ports';
import { liveCursor, pageLimit, readCursor, readLiveCursor } from './cursor.ts';
import { onIndex, page } from './dynamo-index.ts';
import { getItem, type Query, queryItems } from './dynamo-queries.ts';
import { writesOf } from './dynamo-record-writes.ts';
import { transact } from './dynamo-transaction.ts';
import { switchOnOf } from './kill-switches.ts';
import {
  agePosition,
  duePartition,
  duePosition,
  eventOf,
  type Item,
  linkOf,
  liveOf,
  livePartition,
  requesterPartition,
  requestOf,
  unsealedPartition,
  unshippedPartition,
} from './record-items.ts';
import { anyStoredEvent, storedEvent } from './stored-request.ts';
import {
  eventKey,
  eventSortKeyPrefix,
  idempotencyKey,
  linkKey,
  requestIdOfKey,
  requestKey,
  shardOf,
  shards,
  table,
  ticketPartition,
} from './table.ts';
import { unavailable } from './unavailable.ts';
import { changeDigest, checkWhole } from './whole-change.ts';

const { due, live, requester, unshipped } = table.indexes;

export class DynamoRecords implements Records {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  constructor(documents: DynamoDBDocumentClient, tableName: string) {
    this.#documents = documents;
    this.#table = tableName;
  }

  async commit(change: Change): Promise<void> {
    checkWhole(change);
    const { request } = change;
    const digest = changeDigest(change);
    const what = `Writing request ${request.id}`;
    if ((await transact(this.#documents, what, writesOf(this.#table, change, digest))) === 'done') return;
    // A condition failed. If our own last event stands there, this very change worked before and its answer was lost.
    const written = await this.#get(what, eventKey(request.id, request.audit.seq));
    if (written?.change === digest) return;
    const on = await switchOnOf(this.#documents, this.#table, change.unless ?? []);
    if (on) throw killSwitchOn(on);
    throw new RecordChanged(
      `Request ${request.id} changed meanwhile, or its link or idempotency key was used. Read it again.`,
    );
  }

  async read(requestId: string): Promise<AccessRequest | undefined> {
    const item = await this.#get(`Reading request ${requestId}`, requestKey(requestId));
    return item && requestOf(item);
  }

  async readLink(hash: string): Promise<ReviewLink | undefined> {
    const item = await this.#get('Reading a review link', linkKey(hash));
    return item && linkOf(item);
  }

  async readIdempotency(key: string): Promise<{ requestId: string; bodyHash: string } | undefined> {
    const item = await this.#get('Reading an idempotency key', idempotencyKey(sha256Hex(key)));
    return item && { requestId: String(item.requestId), bodyHash: String(item.bodyHash) };
  }

  async listByRequester(
    requesterKey: string,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<AccessRequest>> {
    const most = pageLimit(limit);
    const query = onIndex(this.#table, requester, requesterPartition(requesterKey), {
      ScanIndexForward: false,
      ...(cursor === undefined ? {} : { before: readCursor('mine', cursor) }),
    });
    const items = await queryItems(this.#documents, "Listing a requester's requests", query, most + 1);
    return page('mine', items.map(requestOf), most, agePosition);
  }

  async listOpen({ limit, cursor }: { limit: number; cursor?: string }): Promise<Page<AccessRequest>> {
    const most = pageLimit(limit);
    const after = cursor === undefined ? {} : { after: readCursor('open', cursor) };
    const items = await this.#onAllShards('Listing open requests', most + 1, (shard) =>
      onIndex(this.#table, due, duePartition(shard), after),
    );
    return page('open', items.map(requestOf), most, ({ dueAt = '', id }) => duePosition({ dueAt, id }));
  }

  async listLive(
    cluster: EksCluster,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<LiveGrant>> {
    // Shard after shard, each from where the page before ended.
    const [shard, after] = cursor === undefined ? [0, ''] : readLiveCursor(cursor);
    const query = onIndex(this.#table, live, livePartition(cluster, shard), after === '' ? {} : { after });
    const what = `Listing what may stand on ${cluster.eksName}`;
    const items = (await queryItems(this.#documents, what, query, limit + 1)).map(liveOf);
    const some = items.slice(0, limit);
    if (items.length > limit) return { items: some, cursor: liveCursor(shard, some.at(-1)?.requestId ?? '') };
    return shard + 1 < shards ? { items: some, cursor: liveCursor(shard + 1, '') } : { items: some };
  }

  async liveDue({ from, before }: { from: Instant; before: Instant }, limit: number): Promise<LiveGrant[]> {
    const items = await this.#onAllShards('Looking for grants that end', limit, (shard) => ({
      TableName: this.#table,
      IndexName: due.name,
      KeyConditionExpression: `${due.partitionKey} = :partition AND ${due.sortKey} BETWEEN :from AND :before`,
      ExpressionAttributeValues: { ':partition': duePartition(shard), ':from': from, ':before': before },
      ProjectionExpression: `pk, live, ${due.sortKey}`,
    }));
    return items
      .filter((item) => item.live !== undefined)
      .slice(0, limit)
      .map(liveOf);
  }

  async due(now: Instant, limit: number): Promise<string[]> {
    const items = await this.#onAllShards('Looking for due requests', limit, (shard) => ({
      // '~' sorts behind every character of an id: everything due at `now` itself counts too.
      ...onIndex(this.#table, due, duePartition(shard), { before: `${now}#~` }),
      ProjectionExpression: `pk, ${due.sortKey}`,
    }));
    return items.slice(0, limit).flatMap((item) => requestIdOfKey(String(item.pk)) ?? []);
  }

  /** Up to `most` items of each shard, merged in the index's order: enough to know the first `most` of all. */
  async #onAllShards(what: string, most: number, query: (shard: number) => Query): Promise<Item[]> {
    const found = await Promise.all(
      Array.from({ length: shards }, (_, shard) => queryItems(this.#documents, what, query(shard), most)),
    );
    return found.flat().sort((a, b) => (String(a[due.sortKey]) < String(b[due.sortKey]) ? -1 : 1));
  }

  async withTicket(ticket: string): Promise<string[]> {
    const items = await queryItems(this.#documents, 'Looking for requests with a ticket', {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: 'attribute_not_exists(#over)',
      ExpressionAttributeNames: { '#over': 'over' },
      ExpressionAttributeValues: { ':pk': ticketPartition(sha256Hex(ticket)) },
    });
    return items.map((item) => String(item.sk));
  }

  async events(requestId: string): Promise<AuditEvent[]> {
    return (await this.#eventItems(requestId)).map((item) => eventOf(item, storedEvent));
  }

  async unshipped(requestId: string): Promise<AnyEvent[]> {
    const items = await this.#eventItems(requestId);
    return items
      .filter((item) => item[unshipped.partitionKey] === unshippedPartition(shardOf(requestId)))
      .map((item) => eventOf(item, anyStoredEvent));
  }

  #eventItems(requestId: string): Promise<Item[]> {
    return queryItems(this.#documents, `Reading the events of request ${requestId}`, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': requestKey(requestId).pk, ':prefix': eventSortKeyPrefix },
    });
  }

  async unshippedRequests(limit: number): Promise<string[]> {
    const perShard = await Promise.all(
      Array.from({ length: shards }, (_, shard) =>
        queryItems(
          this.#documents,
          'Looking for events not yet shipped',
          onIndex(this.#table, unshipped, unshippedPartition(shard), {}),
          limit * 10,
        ),
      ),
    );
    const oldestFirst = perShard
      .flat()
      .sort((a, b) => (String(a[unshipped.sortKey]) < String(b[unshipped.sortKey]) ? -1 : 1));
    const ids = oldestFirst.flatMap((item) => requestIdOfKey(String(item.pk)) ?? []);
    return [...new Set(ids)].slice(0, limit);
  }

  async markShipped({ requestId, seq }: Pick<AuditEvent, 'requestId' | 'seq'>): Promise<void> {
    try {
      await this.#documents.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: eventKey(requestId, seq),
          // From here on it waits for its leaf; what was shipped, or even sealed, stays what it is.
          UpdateExpression: `SET ${unshipped.partitionKey} = :unsealed`,
          ConditionExpression: `${unshipped.partitionKey} = :unshipped`,
          ExpressionAttributeValues: {
            ':unsealed': unsealedPartition(shardOf(requestId)),
            ':unshipped': unshippedPartition(shardOf(requestId)),
          },
        }),
      );
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return;
      throw unavailable(`Marking event ${seq} of request ${requestId} as shipped`, error);
    }
  }

  #get(what: string, key: Item): Promise<Item | undefined> {
    return getItem(this.#documents, what, this.#table, key);
  }
}
