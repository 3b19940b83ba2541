/** What decides is read strongly consistent; the emulator can not tell, since it never lags. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { DynamoKills } from '#adapters/dynamo-kills.ts';
import { DynamoLedger } from '#adapters/dynamo-ledger.ts';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { DynamoTicketNotes } from '#adapters/dynamo-ticket-notes.ts';

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const key = {
  eksName: 'payments-prod',
  region: 'us-east-1',
  principalArn: 'arn:aws:iam::111122223333:role/r',
};
const records = new DynamoRecords(documents, 't');
const ledger = new DynamoLedger(documents, 't');
const notes = new DynamoTicketNotes(documents, 't');

test.each<[string, () => Promise<unknown>]>([
  ['a request', () => records.read('01A')],
  ['a review link', () => records.readLink('hash')],
  ['an idempotency key', () => records.readIdempotency('key')],
  ['the events of a request', () => records.events('01A')],
  ['what is not shipped yet', () => records.unshipped('01A')],
  ['requests with a ticket', () => records.withTicket('PAY-17')],
  ['a delivery', () => notes.wasTaken({ source: 'jira', key: 'k' })],
  ['tickets that are closed', () => notes.closings()],
  ['an entry', () => ledger.read(key)],
  ['several entries', () => ledger.readAll([key])],
  ['the holders of an entry', () => ledger.holders(key)],
  ['a kill order', () => new DynamoKills(documents, 't').read('01A')],
])('%s', async (_, read) => {
  const mocked = mockClient(documents);
  mocked.onAnyCommand().resolves({ Responses: { t: [] }, Items: [] });
  await read();
  const sent = mocked.calls().map(({ args: [command] }) => command.input as Record<string, unknown>);
  expect(sent.length).toBeGreaterThan(0);
  for (const input of sent) {
    const batch = (input.RequestItems as Record<string, { ConsistentRead?: boolean }> | undefined)?.t;
    expect((batch ?? input).ConsistentRead).toBe(true);
  }
  mocked.restore();
});
