/** The AWS emulator for one test file: started before its tests, its address in the environment, gone after them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { table } from '#adapters/table.ts';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { silentProgress } from '#local/progress.ts';

export const region = 'us-east-1';

/** `emulator()` may be called from within tests and later hooks. */
export function localCloud(): { emulator: () => Emulator } {
  let dir: string | undefined;
  let emulator: Emulator | undefined;
  const before = { ...process.env };
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'curfew-contract-'));
    emulator = await startEmulator({ dir, progress: silentProgress() });
    Object.assign(process.env, emulator.env);
  }, 300_000);
  afterAll(async () => {
    await emulator?.stop();
    process.env = before;
    if (dir) await rm(dir, { recursive: true, force: true });
  }, 60_000);
  return {
    emulator() {
      if (!emulator)
        throw new Error('The emulator is started before the tests, not while they are collected.');
      return emulator;
    },
  };
}

/** A table laid out as the stack lays it out. */
export async function makeTable(name: string): Promise<void> {
  const indexes = Object.values(table.indexes);
  const keys = [table.partitionKey, table.sortKey, ...indexes.flatMap((i) => [i.partitionKey, i.sortKey])];
  const schema = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: 'HASH' as const },
    { AttributeName: sort, KeyType: 'RANGE' as const },
  ];
  await new DynamoDBClient({ region }).send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: schema(table.partitionKey, table.sortKey),
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: schema(index.partitionKey, index.sortKey),
        Projection: {
          ProjectionType: index.projection,
          ...('attributes' in index ? { NonKeyAttributes: [...index.attributes] } : {}),
        },
      })),
    }),
  );
}
