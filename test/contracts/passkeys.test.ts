/** Passkeys: the memory twin and DynamoDB do the same. */
import { describe } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoPasskeys } from '#adapters/dynamo-passkeys.ts';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { MemoryPasskeys } from '#adapters/memory/passkeys.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import { localCloud, makeTable, region } from './local-cloud.ts';
import { passkeysContract } from './passkeys.ts';

describe('Passkeys in memory', () =>
  passkeysContract(async () => {
    const records = new MemoryRecords();
    return { records, passkeys: new MemoryPasskeys(records) };
  }));

describe('Passkeys in DynamoDB', () => {
  localCloud();
  let made = 0;
  passkeysContract(async () => {
    made += 1;
    const name = `passkeys-${made}`;
    await makeTable(name);
    const documents = documentClient('granting', region);
    return { records: new DynamoRecords(documents, name), passkeys: new DynamoPasskeys(documents, name) };
  });
});
