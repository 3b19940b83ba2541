/** The state of the log in DynamoDB: one item, and on each event its leaf; what waits is found by the index of what is unshipped. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { emptyLog } from '#domain/audit-log/log-objects.ts';
import { RecordChanged } from '#domain/errors.ts';
import { instantSchema } from '#domain/instant.ts';
import type { AuditLog, KeptEvent, LogState } from '#ports';
import { onIndex } from './dynamo-index.ts';
import { queryItems } from './dynamo-queries.ts';
import { unsealedPartition, unshippedPartition } from './record-items.ts';
import { parseStored } from './stored-request.ts';
import {
  eventKey,
  eventSortKeyPrefix,
  logKey,
  requestIdOfKey,
  requestKey,
  shardOf,
  shards,
  table,
} from './table.ts';
import { unavailable } from './unavailable.ts';

const { unshipped } = table.indexes;

const head = z.looseObject({
  number: z.int(),
  size: z.int(),
  roots: z.array(z.string()),
  at: instantSchema.exactOptional(),
  checkpoint: z.string(),
});
const storedState = z.looseObject({
  version: z.int(),
  head,
  pending: z
    .looseObject({
      objects: z.array(z.looseObject({ key: z.string(), text: z.string() })),
      leaves: z.array(z.tuple([z.string(), z.int(), z.string()])),
      first: z.int(),
      next: head,
    })
    .exactOptional(),
}) satisfies z.ZodType<LogState>;

export class DynamoAuditLog implements AuditLog {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  constructor(documents: DynamoDBDocumentClient, tableName: string) {
    this.#documents = documents;
    this.#table = tableName;
  }

  async read(): Promise<LogState> {
    const [item] = await queryItems(this.#documents, 'Reading the state of the log', {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': logKey.pk },
    });
    return item ? parseStored(storedState, item.log, 'The state of the log') : { version: 0, head: emptyLog };
  }

  async save(state: LogState): Promise<void> {
    const isFirst = state.version === 1;
    const done = await this.#conditionally('Writing the state of the log', () =>
      this.#documents.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: logKey,
          UpdateExpression: 'SET version = :version, #log = :log',
          ConditionExpression: isFirst ? 'attribute_not_exists(pk)' : 'version = :before',
          ExpressionAttributeNames: { '#log': 'log' },
          ExpressionAttributeValues: {
            ':version': state.version,
            ':log': state,
            ...(isFirst ? {} : { ':before': state.version - 1 }),
          },
        }),
      ),
    );
    if (!done) throw new RecordChanged('The log was sealed by somebody else. Read it again.');
  }

  async unsealed(limit: number): Promise<string[]> {
    const perShard = await Promise.all(
      Array.from({ length: shards }, (_, shard) =>
        queryItems(
          this.#documents,
          'Looking for events without a leaf',
          onIndex(this.#table, unshipped, unsealedPartition(shard), {}),
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

  async events(requestId: string): Promise<KeptEvent[]> {
    const items = await queryItems(this.#documents, `Reading the events of request ${requestId}`, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': requestKey(requestId).pk, ':prefix': eventSortKeyPrefix },
    });
    return items.map((item) => ({
      requestId,
      seq: Number(String(item.sk).slice(eventSortKeyPrefix.length)),
      text: String(item.event),
      shipped: item[unshipped.partitionKey] !== unshippedPartition(shardOf(requestId)),
      sealed: item.leaf !== undefined,
    }));
  }

  async markSealed({ requestId, seq }: Pick<KeptEvent, 'requestId' | 'seq'>, leaf: number): Promise<void> {
    await this.#conditionally(`Noting the leaf of event ${seq} of request ${requestId}`, () =>
      this.#documents.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: eventKey(requestId, seq),
          UpdateExpression: `SET leaf = :leaf REMOVE ${unshipped.partitionKey}, ${unshipped.sortKey}`,
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':leaf': leaf },
        }),
      ),
    );
  }

  /** False when the condition failed. */
  async #conditionally(what: string, send: () => Promise<unknown>): Promise<boolean> {
    try {
      await send();
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw unavailable(what, error);
    }
  }
}
