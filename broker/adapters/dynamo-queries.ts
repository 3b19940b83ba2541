/** Queries that read until they have enough: one answer of DynamoDB is a page of bytes, not of items. */
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Item } from './record-items.ts';
import { attempt } from './unavailable.ts';

export type Query = Omit<QueryCommandInput, 'ExclusiveStartKey' | 'Limit'>;

/** Up to `most` items; without it, all of them. */
export async function queryItems(
  documents: DynamoDBDocumentClient,
  what: string,
  query: Query,
  most = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const input: QueryCommandInput = {
      ...query,
      ...(Number.isFinite(most) ? { Limit: most - items.length } : {}),
      ...(start ? { ExclusiveStartKey: start } : {}),
    };
    const answer = await attempt(what, () => documents.send(new QueryCommand(input)));
    items.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start && items.length < most);
  return items;
}

/** One item, strongly consistent. */
export async function getItem(
  documents: DynamoDBDocumentClient,
  what: string,
  tableName: string,
  key: Item,
): Promise<Item | undefined> {
  const command = new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true });
  return (await attempt(what, () => documents.send(command))).Item;
}
