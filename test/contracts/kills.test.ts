/** KillOrders: the memory twin and DynamoDB do the same. */
import { describe, expect, it } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoKills } from '#adapters/dynamo-kills.ts';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { MemoryKills } from '#adapters/memory/kills.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import { KillSwitchOn } from '#domain/errors.ts';
import { killsContract, opening, orderOf } from './kills.ts';
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

  it('refuses an intent whose switch is put on while it travels: looked at within the write, not before it', async () => {
    await makeTable('kills-travel');
    const kills = new DynamoKills(documentClient('revoking', region), 'kills-travel');
    const documents = documentClient('granting', region);
    const records = new DynamoRecords(documents, 'kills-travel');
    const change = await opening(records);
    let ordered = false;
    documents.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'TransactWriteItemsCommand' && !ordered) {
            ordered = true;
            await kills.begin(orderOf({ kind: 'everything' }));
          }
          return next(args);
        },
      { step: 'build' },
    );
    await expect(records.commit(change)).rejects.toBeInstanceOf(KillSwitchOn);
    expect(ordered).toBe(true);
    expect((await records.read(change.request.id))?.status).toBe('approved');
  });
});
