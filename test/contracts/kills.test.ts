/** KillOrders: the memory twin and DynamoDB do the same. */
import { describe } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoKills } from '#adapters/dynamo-kills.ts';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { MemoryKills } from '#adapters/memory/kills.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import { killsContract } from './kills.ts';
import { localCloud, makeTable, region } from './local-cloud.ts';

describe('KillOrders in memory', () =>
  killsContract(async () => {
    const records = new MemoryRecords();
    return { records, kills: new MemoryKills(records) };
  }));

describe('KillOrders in DynamoDB', () => {
  localCloud();
  let made = 0;
  killsContract(async () => {
    made += 1;
    const name = `kills-${made}`;
    await makeTable(name);
    const documents = documentClient('revoking', region);
    return { records: new DynamoRecords(documents, name), kills: new DynamoKills(documents, name) };
  });
});
