/** What one change of a record writes: all or nothing. */
import type { Change } from '#ports';
import type { TransactItem } from './dynamo-transaction.ts';
import { checkOff } from './kill-switches.ts';
import { eventItem, idempotencyItem, linkItem, requestItem, ticketItem } from './record-items.ts';
import { linkKey } from './table.ts';

/** `digest`: of the change, kept with its last event, by which a repeat is known. */
export function writesOf(tableName: string, change: Change, digest: string): TransactItem[] {
  const { request, expectedVersion, events, newLinks = [], usedLink, idempotency, unless = [] } = change;
  const isNew = { TableName: tableName, ConditionExpression: 'attribute_not_exists(pk)' };
  const writes: TransactItem[] = [
    expectedVersion === 0
      ? { Put: { ...isNew, Item: requestItem(request) } }
      : {
          Put: {
            TableName: tableName,
            Item: requestItem(request),
            ConditionExpression: 'version = :expected',
            ExpressionAttributeValues: { ':expected': expectedVersion },
          },
        },
    ...events.map((event) => ({ Put: { ...isNew, Item: eventItem(event, digest) } })),
    ...newLinks.map((link) => ({ Put: { ...isNew, Item: linkItem(link) } })),
    ...checkOff(tableName, unless, request.id),
  ];
  const ticket = ticketItem(request, expectedVersion === 0);
  if (ticket) writes.push({ Put: { TableName: tableName, Item: ticket } });
  if (usedLink) {
    writes.push({
      Update: {
        TableName: tableName,
        Key: linkKey(usedLink.hash),
        UpdateExpression: 'SET usedAt = :at',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(usedAt)',
        ExpressionAttributeValues: { ':at': usedLink.at },
      },
    });
  }
  if (idempotency) {
    const item = idempotencyItem(idempotency, request.id, request.updatedAt);
    writes.push({ Put: { ...isNew, Item: item } });
  }
  return writes;
}
