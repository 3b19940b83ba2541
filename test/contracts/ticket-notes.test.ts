/** TicketNotes: the memory twin and DynamoDB do the same; what is kept in DynamoDB goes by itself. */
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoTicketNotes } from '#adapters/dynamo-ticket-notes.ts';
import { MemoryTicketNotes } from '#adapters/memory/ticket-notes.ts';
import { deliveryKey, table } from '#adapters/table.ts';
import { digestOf } from '#domain/digest.ts';
import { localCloud, makeTable, region } from './local-cloud.ts';
import { ticketNotesContract } from './ticket-notes.ts';

describe('TicketNotes in memory', () => ticketNotesContract(async () => new MemoryTicketNotes()));

describe('TicketNotes in DynamoDB', () => {
  localCloud();
  let made = 0;
  ticketNotesContract(async () => {
    made += 1;
    await makeTable(`notes-${made}`);
    return new DynamoTicketNotes(documentClient('answering', region), `notes-${made}`);
  });

  it('keeps a delivery for longer than anybody sends it again, and not for ever (N48)', async () => {
    await makeTable('notes-expiry');
    const documents = documentClient('answering', region);
    const delivery = { source: 'github', key: 'k' };
    await new DynamoTicketNotes(documents, 'notes-expiry').keepTaken(delivery, '2026-11-21T09:00:00.000Z');
    const Key = deliveryKey(digestOf([delivery.source, delivery.key]));
    const { Item } = await documents.send(new GetCommand({ TableName: 'notes-expiry', Key }));
    const days = (Number(Item?.[table.expiry]) - Date.parse('2026-11-21T09:00:00.000Z') / 1000) / 86_400;
    // GitHub lets somebody send again for three days.
    expect(days).toBe(14);
  });
});
