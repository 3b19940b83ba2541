/** What is known of the use of each grant, in DynamoDB: one item beside the request, compressed, since it may be large. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { RecordChanged } from '#domain/errors.ts';
import { noUsage, type Usage } from '#domain/usage/usage.ts';
import type { UsageStore } from '#ports';
import { getItem } from './dynamo-queries.ts';
import { parseStored } from './stored-request.ts';
import { storedUsage } from './stored-usage.ts';
import { usageKey } from './table.ts';
import { attempt } from './unavailable.ts';

export class DynamoUsage implements UsageStore {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  constructor(documents: DynamoDBDocumentClient, tableName: string) {
    this.#documents = documents;
    this.#table = tableName;
  }

  async read(requestId: string): Promise<{ usage: Usage; version: number }> {
    const what = `Reading the use of request ${requestId}`;
    const item = await getItem(this.#documents, what, this.#table, usageKey(requestId));
    if (!item) return { usage: noUsage, version: 0 };
    const text = gunzipSync(item.usage as Uint8Array).toString('utf8');
    const usage = parseStored(storedUsage, JSON.parse(text), `The use of request ${requestId}`);
    return { usage, version: Number(item.version) };
  }

  async save(requestId: string, usage: Usage, expectedVersion: number): Promise<void> {
    const what = `Storing the use of request ${requestId}`;
    const Item = {
      ...usageKey(requestId),
      version: expectedVersion + 1,
      usage: gzipSync(JSON.stringify(usage)),
    };
    const command = new PutCommand({
      TableName: this.#table,
      Item,
      ...(expectedVersion === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'version = :expected',
            ExpressionAttributeValues: { ':expected': expectedVersion },
          }),
    });
    await attempt(what, async () => {
      try {
        await this.#documents.send(command);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException)
          throw new RecordChanged(`What is known of the use of ${requestId} has changed meanwhile.`, {
            cause: error,
          });
        throw error;
      }
    });
  }
}
