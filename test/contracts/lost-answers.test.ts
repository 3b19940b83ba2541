/** Answers that get lost on the way: what was written counts, and is told as written. */
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoLedger } from '#adapters/dynamo-ledger.ts';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { s3AuditSink } from '#adapters/s3-audit-sink.ts';
import type { EntryItem } from '#domain/access-entry.ts';
import { Unavailable } from '#domain/errors.ts';
import { aRecord } from '../builders/request.ts';
import { localCloud, makeTable, region } from './local-cloud.ts';

const { emulator } = localCloud();

/** Stands before the emulator, and hangs up instead of handing on the next `losing` answers to `operation`. */
let wire: Server;
let operation = '';
let losing = 0;
let lost = 0;

beforeAll(async () => {
  wire = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const target = { host: '127.0.0.1', port: emulator().port, method, path: url, headers };
    const onward = forward(target, (answer) => {
      const isIt = operation !== '' && `${method} ${headers['x-amz-target']}`.includes(operation);
      if (isIt && losing > 0) {
        losing -= 1;
        lost += 1;
        answer.resume().on('end', () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => wire.once('listening', resolve));
  await makeTable('lost');
  await new S3Client({ region }).send(new CreateBucketCommand({ Bucket: 'lost' }));
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(wire.address() as AddressInfo).port}`;
});
afterAll(() => {
  wire?.closeAllConnections();
  wire?.close();
});
beforeEach(() => {
  lost = 0;
});

function lose(what: string, times: number): void {
  operation = what;
  losing = times;
}

const records = () => new DynamoRecords(documentClient('granting', region), 'lost');

test('a change whose answer is lost once is written once and told as written', async () => {
  const { request, events } = aRecord();
  lose('TransactWriteItems', 1);
  await records().commit({ request, expectedVersion: 0, events });
  expect(lost).toBe(1);
  expect(await records().events(request.id)).toEqual(events);
});

test('a change whose answers are all lost is Unavailable; repeated, it is told as written', async () => {
  const { request, events } = aRecord();
  const change = { request, expectedVersion: 0, events };
  lose('TransactWriteItems', 3);
  await expect(records().commit(change)).rejects.toBeInstanceOf(Unavailable);
  expect(lost).toBe(3);
  await records().commit(change);
  expect(await records().events(request.id)).toEqual(events);
});

test('a hold and a move whose answers are lost once are not taken for those of somebody else', async () => {
  const ledger = new DynamoLedger(documentClient('granting', region), 'lost');
  const key = { eksName: 'payments-prod', region, principalArn: 'arn:aws:iam::111122223333:role/lost' };
  const { request, events } = aRecord({ status: 'granting' });
  await records().commit({ request, expectedVersion: 0, events });
  const item: EntryItem = { key, state: 'creating', generation: 1, roleId: 'AROA1', owned: true };
  lose('TransactWriteItems', 1);
  expect(await ledger.hold(request.id, undefined, item)).toBe('held');
  lose('TransactWriteItems', 1);
  await ledger.move(item, { ...item, state: 'present' });
  expect(lost).toBe(2);
  expect((await ledger.read(key))?.state).toBe('present');
});

test('an event whose stored answer is lost is found there by the next try', async () => {
  const [event] = aRecord().events;
  if (!event) throw new Error('A record has at least one event.');
  lose('PUT', 1);
  await s3AuditSink('granting', region, 'lost').put(event);
  expect(lost).toBe(1);
});
