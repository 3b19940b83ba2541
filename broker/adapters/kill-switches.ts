/** The switches of kill orders in the table: put on and off in copies, checked one copy at a time. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { KillOrder } from '#domain/kill-order.ts';
import { type KillScope, type KillSwitch, scopeHash } from '#domain/kill-scope.ts';
import { getItem } from './dynamo-queries.ts';
import type { TransactItem } from './dynamo-transaction.ts';
import { storedKillSwitch } from './stored-kill.ts';
import { parseStored } from './stored-request.ts';
import { killSwitchKey, shardOf, shards } from './table.ts';

const copies = (scope: KillScope) =>
  Array.from({ length: shards }, (_, shard) => killSwitchKey(scopeHash(scope), shard));

/** An item without `kill` is a switch that was on once: so lifting needs no leave to delete. */
const isOff = 'attribute_not_exists(kill)';

export function putOn(TableName: string, { id, scope, reason }: KillOrder): TransactItem[] {
  const kill: KillSwitch = { id, scope, reason };
  return copies(scope).map((key) => ({
    Put: { TableName, Item: { ...key, kill }, ConditionExpression: isOff },
  }));
}

/** Only what this very order put on. */
export function putOff(TableName: string, { id, scope }: KillOrder): TransactItem[] {
  return copies(scope).map((key) => ({
    Put: {
      TableName,
      Item: key,
      ConditionExpression: 'kill.id = :id',
      ExpressionAttributeValues: { ':id': id },
    },
  }));
}

/** Part of a request's transaction: none of these is on. */
export function checkOff(TableName: string, scopes: readonly KillScope[], requestId: string): TransactItem[] {
  return scopes.map((scope) => ({
    ConditionCheck: {
      TableName,
      Key: killSwitchKey(scopeHash(scope), shardOf(requestId)),
      ConditionExpression: isOff,
    },
  }));
}

/** The first of the scopes' switches that is on; consistent. */
export async function switchOnOf(
  documents: DynamoDBDocumentClient,
  tableName: string,
  scopes: readonly KillScope[],
): Promise<KillSwitch | undefined> {
  const items = await Promise.all(
    scopes.map((scope) =>
      getItem(documents, 'Reading a kill switch', tableName, killSwitchKey(scopeHash(scope), 0)),
    ),
  );
  const on = items.find((item) => item?.kill !== undefined);
  return on && parseStored(storedKillSwitch, on.kill, 'A kill switch');
}
