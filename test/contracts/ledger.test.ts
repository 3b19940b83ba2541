/** EntryLedger: the memory twin and DynamoDB do the same. */
import { beforeAll, describe } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoLedger } from '#adapters/dynamo-ledger.ts';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import { ledgerContract } from './ledger.ts';
import { localCloud, makeTable, region } from './local-cloud.ts';

describe('EntryLedger in memory', () => ledgerContract(async () => new MemoryLedger()));

describe('EntryLedger in DynamoDB', () => {
  localCloud();
  beforeAll(() => makeTable('ledger'));
  ledgerContract(async () => new DynamoLedger(documentClient('granting', region), 'ledger'));
});
