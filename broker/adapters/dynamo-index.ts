/** Questions to the indexes of the table, and their answers in pages. */
import type { AccessRequest } from '#domain/request.ts';
import type { Page } from '#ports';
import { writeCursor } from './cursor.ts';
import type { Query } from './dynamo-queries.ts';

/** After or before a position, where one is given. */
export function onIndex(
  tableName: string,
  index: { name: string; partitionKey: string; sortKey: string },
  partition: string,
  { after, before, ...more }: { after?: string; before?: string; ScanIndexForward?: boolean },
): Query {
  const bound = after ?? before;
  const range = bound === undefined ? '' : ` AND ${index.sortKey} ${after === undefined ? '<' : '>'} :bound`;
  return {
    TableName: tableName,
    IndexName: index.name,
    KeyConditionExpression: `${index.partitionKey} = :partition${range}`,
    ExpressionAttributeValues: {
      ':partition': partition,
      ...(bound === undefined ? {} : { ':bound': bound }),
    },
    ...more,
  };
}

/** `requests` holds one more than the page where there is one more to come. */
export function page(
  list: string,
  requests: AccessRequest[],
  limit: number,
  position: (request: AccessRequest) => string,
): Page<AccessRequest> {
  const items = requests.slice(0, limit);
  const last = items.at(-1);
  return requests.length > limit && last ? { items, cursor: writeCursor(list, position(last)) } : { items };
}
