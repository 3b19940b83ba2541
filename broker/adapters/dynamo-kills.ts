/** Kill orders in DynamoDB: an order, its switch and its audit events are one transaction. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AuditEvent, KillStatus } from '#domain/audit-event.ts';
import { RecordChanged } from '#domain/errors.ts';
import { isDriven, type KillOrder } from '#domain/kill-order.ts';
import type { KillScope, KillSwitch } from '#domain/kill-scope.ts';
import type { KillChange, KillOrders, Page } from '#ports';
import { pageLimit, readCursor, writeCursor } from './cursor.ts';
import { getItem, type Query, queryItems } from './dynamo-queries.ts';
import { type TransactItem, transact } from './dynamo-transaction.ts';
import { putOff, putOn, switchOnOf } from './kill-switches.ts';
import { eventItem, eventOf, type Item } from './record-items.ts';
import { storedKill } from './stored-kill.ts';
import { parseStored, storedKillEvent } from './stored-request.ts';
import { eventSortKeyPrefix, killKey, killPartition, table } from './table.ts';

const { due, requester } = table.indexes;

export class DynamoKills implements KillOrders {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  constructor(documents: DynamoDBDocumentClient, tableName: string) {
    this.#documents = documents;
    this.#table = tableName;
  }

  async begin({ order, events }: Omit<KillChange, 'expectedVersion'>): Promise<KillOrder> {
    const what = `Writing kill order ${order.id}`;
    const isNew = 'attribute_not_exists(pk)';
    const writes: TransactItem[] = [
      { Put: { TableName: this.#table, Item: itemOf(order), ConditionExpression: isNew } },
      ...this.#puts(events),
      ...putOn(this.#table, order),
    ];
    if ((await transact(this.#documents, what, writes)) === 'done') return order;
    const on = await switchOnOf(this.#documents, this.#table, [order.scope]);
    const standing = on && (await this.read(on.id));
    if (standing) return standing;
    throw new RecordChanged('The kill switch was lifted at the same time. Order it again.');
  }

  async switchOn(scopes: readonly KillScope[]): Promise<KillSwitch | undefined> {
    return switchOnOf(this.#documents, this.#table, scopes);
  }

  async save({ order, expectedVersion, events }: KillChange): Promise<void> {
    const what = `Writing kill order ${order.id}`;
    const writes: TransactItem[] = [
      {
        Put: {
          TableName: this.#table,
          Item: itemOf(order),
          ConditionExpression: 'version = :expected AND attribute_not_exists(#o.lifted)',
          ExpressionAttributeNames: { '#o': 'order' },
          ExpressionAttributeValues: { ':expected': expectedVersion },
        },
      },
      ...this.#puts(events),
      ...(order.lifted ? putOff(this.#table, order) : []),
    ];
    if ((await transact(this.#documents, what, writes)) === 'done') return;
    throw new RecordChanged(`Kill order ${order.id} changed meanwhile. Read it again.`);
  }

  #puts(events: KillChange['events']): TransactItem[] {
    return events.map((event) => ({
      Put: {
        TableName: this.#table,
        Item: eventItem(event, event.hash),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    }));
  }

  async read(id: string): Promise<KillOrder | undefined> {
    const item = await getItem(this.#documents, `Reading kill order ${id}`, this.#table, killKey(id));
    return item && orderOf(item);
  }

  async events(id: string): Promise<AuditEvent<KillStatus>[]> {
    const items = await queryItems(this.#documents, `Reading the events of kill order ${id}`, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': killKey(id).pk, ':prefix': eventSortKeyPrefix },
    });
    return items.map((item) => eventOf(item, storedKillEvent));
  }

  async list({ limit, cursor }: { limit: number; cursor?: string }): Promise<Page<KillOrder>> {
    const most = pageLimit(limit);
    const before = cursor === undefined ? undefined : readCursor('kills', cursor);
    const query = { ...this.#on(requester, before), ScanIndexForward: false };
    const orders = (await queryItems(this.#documents, 'Listing kill orders', query, most + 1)).map(orderOf);
    const items = orders.slice(0, most);
    const last = items.at(-1);
    return orders.length > most && last ? { items, cursor: writeCursor('kills', last.id) } : { items };
  }

  async driven(): Promise<KillOrder[]> {
    const what = 'Looking for kill orders that need passes';
    return (await queryItems(this.#documents, what, this.#on(due))).map(orderOf);
  }

  #on(index: { name: string; partitionKey: string; sortKey: string }, before?: string): Query {
    const range = before === undefined ? '' : ` AND ${index.sortKey} < :before`;
    return {
      TableName: this.#table,
      IndexName: index.name,
      KeyConditionExpression: `${index.partitionKey} = :partition${range}`,
      ExpressionAttributeValues: {
        ':partition': killPartition,
        ...(before === undefined ? {} : { ':before': before }),
      },
    };
  }
}

function itemOf(order: KillOrder): Item {
  const { id, version } = order;
  return {
    ...killKey(id),
    version,
    order,
    [requester.partitionKey]: killPartition,
    [requester.sortKey]: id,
    ...(isDriven(order) ? { [due.partitionKey]: killPartition, [due.sortKey]: id } : {}),
  };
}

function orderOf(item: Item): KillOrder {
  return parseStored(storedKill, item.order, `The kill order at ${String(item.pk)}`);
}
