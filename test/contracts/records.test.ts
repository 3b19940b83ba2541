/** Records: the memory twin and DynamoDB do the same. */
import { describe } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import { localCloud, makeTable, region } from './local-cloud.ts';
import { recordsContract } from './records.ts';

describe('Records in memory', () => recordsContract(async () => new MemoryRecords()));

describe('Records in DynamoDB', () => {
  localCloud();
  let made = 0;
  recordsContract(async () => {
    made += 1;
    await makeTable(`records-${made}`);
    return new DynamoRecords(documentClient('granting', region), `records-${made}`);
  });
});
