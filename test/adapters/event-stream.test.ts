import { describe, expect, it } from 'vitest';
import { requestsInBatch } from '#adapters/event-stream.ts';
import { eventKey, linkKey } from '#adapters/table.ts';

const record = (keys: { pk: string; sk: string }, SequenceNumber: string) => ({
  eventName: 'INSERT',
  dynamodb: { SequenceNumber, Keys: { pk: { S: keys.pk }, sk: { S: keys.sk } } },
});

describe('a batch of the stream', () => {
  it('names each request once, with its first record, in order', () => {
    const Records = [
      record(eventKey('B', 1), '10'),
      record(eventKey('A', 4), '11'),
      record(eventKey('B', 2), '12'),
      record(linkKey('hash'), '13'),
    ];
    expect(requestsInBatch({ Records })).toEqual([
      { requestId: 'B', firstRecord: '10' },
      { requestId: 'A', firstRecord: '11' },
    ]);
  });

  it('is refused whole when it is not a batch', () => {
    expect(() => requestsInBatch({ Records: [{ dynamodb: {} }] })).toThrow(/SequenceNumber/);
  });
});
