/** Queries that read until they have enough: one answer of DynamoDB is a page of bytes, not of items. */
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Item } from './record-items.ts';
import { attempt, unavailable } from './unavailable.ts';

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

/** DynamoDB may answer a part of a batch only; these many calls for all of it. */
const batchCalls = 5;

/** Up to 100 items in the order of their keys, which all differ; strongly consistent. */
export async function getItems(
  documents: DynamoDBDocumentClient,
  what: string,
  tableName: string,
  keys: readonly { pk: string; sk: string }[],
): Promise<(Item | undefined)[]> {
  const found = new Map<string, Item>();
  let left: Item[] = [...keys];
  for (let calls = 0; left.length > 0; calls++) {
    if (calls === batchCalls) throw unavailable(what, new Error('the answer is incomplete'));
    const RequestItems = { [tableName]: { Keys: left, ConsistentRead: true } };
    const answer = await attempt(what, () => documents.send(new BatchGetCommand({ RequestItems })));
    for (const item of answer.Responses?.[tableName] ?? []) found.set(`${item.pk} ${item.sk}`, item);
    left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  return keys.map(({ pk, sk }) => found.get(`${pk} ${sk}`));
}
