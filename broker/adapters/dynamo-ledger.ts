/** Who holds which access entry, in DynamoDB: an item per entry and one per holder, under one partition key. */
import { DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { EntryItem, EntryKey } from '#domain/access-entry.ts';
import { digestOf } from '#domain/digest.ts';
import { RecordChanged } from '#domain/errors.ts';
import { instantSchema } from '#domain/instant.ts';
import { isOpening } from '#domain/lifecycle.ts';
import type { EntryLedger } from '#ports';
import { getItem, getItems, queryItems } from './dynamo-queries.ts';
import { type TransactItem, transact } from './dynamo-transaction.ts';
import { requestOf } from './record-items.ts';
import { parseStored } from './stored-request.ts';
import { entryItemKey, holderKey, holderSortKeyPrefix, requestKey } from './table.ts';
import { attempt } from './unavailable.ts';

const storedEntry = z.looseObject({
  key: z.looseObject({ eksName: z.string(), region: z.string(), principalArn: z.string() }),
  state: z.enum(['absent', 'creating', 'present', 'deleting']),
  generation: z.int().nonnegative(),
  roleId: z.string(),
  entryArn: z.string().exactOptional(),
  owned: z.boolean(),
  deleteLease: instantSchema.exactOptional(),
}) satisfies z.ZodType<EntryItem>;

/** Fits a key; the entry's own key is kept in the item. */
const hashOf = (key: EntryKey) => digestOf(key).slice(0, 40);

export class DynamoLedger implements EntryLedger {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  constructor(documents: DynamoDBDocumentClient, tableName: string) {
    this.#documents = documents;
    this.#table = tableName;
  }

  async read(key: EntryKey): Promise<EntryItem | undefined> {
    const what = `Reading who holds the access entry of ${key.principalArn}`;
    const item = await getItem(this.#documents, what, this.#table, entryItemKey(hashOf(key)));
    return item && parseStored(storedEntry, item.entry, `The entry item of ${key.principalArn}`);
  }

  async readAll(keys: readonly EntryKey[]): Promise<(EntryItem | undefined)[]> {
    const items = await getItems(
      this.#documents,
      `Reading who holds ${keys.length} access entries`,
      this.#table,
      keys.map((key) => entryItemKey(hashOf(key))),
    );
    return items.map(
      (item, i) => item && parseStored(storedEntry, item.entry, `The entry item of ${keys[i]?.principalArn}`),
    );
  }

  async holders(key: EntryKey): Promise<string[]> {
    const items = await queryItems(this.#documents, `Reading the holders of ${key.principalArn}`, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': entryItemKey(hashOf(key)).pk, ':prefix': holderSortKeyPrefix },
    });
    return items.map(({ sk }) => String(sk).slice(holderSortKeyPrefix.length));
  }

  async hold(requestId: string, expected: EntryItem | undefined, next: EntryItem): Promise<'held' | 'ended'> {
    const holder = { Put: { TableName: this.#table, Item: holderKey(hashOf(next.key), requestId) } };
    const entry = expected === next ? this.#check(next) : this.#put(expected, next);
    try {
      await this.#write(next.key, [holder, entry, this.#checkOpening(requestId)]);
      return 'held';
    } catch (error) {
      if (error instanceof RecordChanged && !(await this.#isOpening(requestId))) return 'ended';
      throw error;
    }
  }

  #checkOpening(requestId: string): TransactItem {
    return {
      ConditionCheck: {
        TableName: this.#table,
        Key: requestKey(requestId),
        ConditionExpression: '#r.#s = :granting AND attribute_not_exists(#r.endRequested)',
        ExpressionAttributeNames: { '#r': 'record', '#s': 'status' },
        ExpressionAttributeValues: { ':granting': 'granting' },
      },
    };
  }

  async #isOpening(requestId: string): Promise<boolean> {
    const what = `Reading request ${requestId}`;
    const item = await getItem(this.#documents, what, this.#table, requestKey(requestId));
    return item !== undefined && isOpening(requestOf(item));
  }

  async release(key: EntryKey, requestId: string): Promise<void> {
    const command = new DeleteCommand({ TableName: this.#table, Key: holderKey(hashOf(key), requestId) });
    await attempt(`Releasing the access entry of ${key.principalArn}`, () => this.#documents.send(command));
  }

  async move(expected: EntryItem | undefined, next: EntryItem): Promise<void> {
    await this.#write(next.key, [this.#put(expected, next)]);
  }

  async #write(key: EntryKey, items: TransactItem[]): Promise<void> {
    const what = `Writing the entry item of ${key.principalArn} on ${key.eksName}`;
    if ((await transact(this.#documents, what, items)) === 'done') return;
    throw new RecordChanged(
      `The access entry of ${key.principalArn} on ${key.eksName} changed meanwhile. Read it again.`,
    );
  }

  #put(expected: EntryItem | undefined, next: EntryItem): TransactItem {
    const Item = { ...entryItemKey(hashOf(next.key)), entry: next };
    return { Put: { TableName: this.#table, Item, ...unchanged(expected) } };
  }

  #check(expected: EntryItem): TransactItem {
    const Key = entryItemKey(hashOf(expected.key));
    return { ConditionCheck: { TableName: this.#table, Key, ...unchanged(expected) } };
  }
}

/** The lease counts too: of two that take over one stuck delete, the second must see that it is taken. */
function unchanged(expected: EntryItem | undefined) {
  if (!expected) return { ConditionExpression: 'attribute_not_exists(pk)' };
  const { state, generation, deleteLease } = expected;
  const lease = deleteLease ? '#e.deleteLease = :lease' : 'attribute_not_exists(#e.deleteLease)';
  return {
    ConditionExpression: `#e.#s = :state AND #e.generation = :generation AND ${lease}`,
    ExpressionAttributeNames: { '#e': 'entry', '#s': 'state' },
    ExpressionAttributeValues: {
      ':state': state,
      ':generation': generation,
      ...(deleteLease ? { ':lease': deleteLease } : {}),
    },
  };
}
