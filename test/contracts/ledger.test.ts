/** EntryLedger: the memory twin and DynamoDB do the same. */
import { beforeAll, describe } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoLedger } from '#adapters/dynamo-ledger.ts';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import { ledgerContract } from './ledger.ts';
import { localCloud, makeTable, region } from './local-cloud.ts';

describe('EntryLedger in memory', () => {
  const records = new MemoryRecords();
  ledgerContract(async () => ({ ledger: new MemoryLedger(records), records }));
});

describe('EntryLedger in DynamoDB', () => {
  localCloud();
  beforeAll(() => makeTable('ledger'));
  ledgerContract(async () => {
    const documents = documentClient('granting', region);
    return { ledger: new DynamoLedger(documents, 'ledger'), records: new DynamoRecords(documents, 'ledger') };
  });
});
