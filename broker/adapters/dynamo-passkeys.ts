/** Passkeys in DynamoDB: a passkey and its audit events are one transaction; beside each lies that its person has it. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AuditEvent, PasskeyStatus } from '#domain/audit-event.ts';
import { sha256Hex } from '#domain/digest.ts';
import { RecordChanged } from '#domain/errors.ts';
import type { Passkey } from '#domain/passkey.ts';
import type { Page, PasskeyChange, Passkeys } from '#ports';
import { pageLimit, readCursor, writeCursor } from './cursor.ts';
import { getItem, queryItems } from './dynamo-queries.ts';
import { type TransactItem, transact } from './dynamo-transaction.ts';
import { eventItem, eventOf, type Item } from './record-items.ts';
import { storedPasskey } from './stored-passkey.ts';
import { parseStored, storedPasskeyEvent } from './stored-request.ts';
import {
  eventSortKeyPrefix,
  holdsKey,
  holdsPartition,
  passkeyKey,
  passkeyPartition,
  table,
} from './table.ts';

const { requester } = table.indexes;

export class DynamoPasskeys implements Passkeys {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  constructor(documents: DynamoDBDocumentClient, tableName: string) {
    this.#documents = documents;
    this.#table = tableName;
  }

  async save({ passkey, expectedVersion, events }: PasskeyChange): Promise<void> {
    const isNew = { ConditionExpression: 'attribute_not_exists(pk)' };
    const asRead = {
      ConditionExpression: 'version = :expected',
      ExpressionAttributeValues: { ':expected': expectedVersion },
    };
    const put = (Item: Item, condition: object): TransactItem => ({
      Put: { TableName: this.#table, Item, ...condition },
    });
    const writes = [
      put(itemOf(passkey), expectedVersion === 0 ? isNew : asRead),
      ...(expectedVersion === 0 ? [put(holdsKey(sha256Hex(passkey.person), passkey.id), isNew)] : []),
      ...events.map((event) => put(eventItem(event, event.hash), isNew)),
    ];
    if ((await transact(this.#documents, `Writing passkey ${passkey.id}`, writes)) === 'done') return;
    throw new RecordChanged(`Passkey ${passkey.id} changed meanwhile. Read it again.`);
  }

  async read(id: string): Promise<Passkey | undefined> {
    const item = await getItem(this.#documents, `Reading passkey ${id}`, this.#table, passkeyKey(id));
    return item && passkeyOf(item);
  }

  async of(person: string): Promise<Passkey[]> {
    const held = await queryItems(this.#documents, "Looking for a person's passkeys", {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': holdsPartition(sha256Hex(person)) },
    });
    const found = await Promise.all(held.map(({ sk }) => this.read(String(sk))));
    return found.filter((passkey) => passkey !== undefined);
  }

  async events(id: string): Promise<AuditEvent<PasskeyStatus>[]> {
    const items = await queryItems(this.#documents, `Reading the events of passkey ${id}`, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': passkeyKey(id).pk, ':prefix': eventSortKeyPrefix },
    });
    return items.map((item) => eventOf(item, storedPasskeyEvent));
  }

  async list({ limit, cursor }: { limit: number; cursor?: string }): Promise<Page<Passkey>> {
    const most = pageLimit(limit);
    const before = cursor === undefined ? undefined : readCursor('passkeys', cursor);
    const range = before === undefined ? '' : ` AND ${requester.sortKey} < :before`;
    const query = {
      TableName: this.#table,
      IndexName: requester.name,
      KeyConditionExpression: `${requester.partitionKey} = :partition${range}`,
      ExpressionAttributeValues: {
        ':partition': passkeyPartition,
        ...(before === undefined ? {} : { ':before': before }),
      },
      ScanIndexForward: false,
    };
    const found = (await queryItems(this.#documents, 'Listing passkeys', query, most + 1)).map(passkeyOf);
    const items = found.slice(0, most);
    const last = items.at(-1);
    return found.length > most && last ? { items, cursor: writeCursor('passkeys', last.id) } : { items };
  }
}

function itemOf(passkey: Passkey): Item {
  const { id, version } = passkey;
  return {
    ...passkeyKey(id),
    version,
    passkey,
    [requester.partitionKey]: passkeyPartition,
    [requester.sortKey]: id,
  };
}

function passkeyOf(item: Item): Passkey {
  return parseStored(storedPasskey, item.passkey, `The passkey at ${String(item.pk)}`);
}
