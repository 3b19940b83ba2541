/** A batch of the table's stream: which requests have new audit events in it, and those events themselves. */
import * as z from 'zod';
import type { AnyEvent } from '#domain/audit-event.ts';
import { anyStoredEvent, parseStored } from './stored-request.ts';
import { requestIdOfKey, table } from './table.ts';

const batchSchema = z.object({
  Records: z.array(
    z.object({
      dynamodb: z.object({
        SequenceNumber: z.string(),
        Keys: z.record(z.string(), z.object({ S: z.string().optional() })),
        NewImage: z.object({ event: z.object({ S: z.string() }).optional() }).optional(),
      }),
    }),
  ),
});

export interface RequestInBatch {
  requestId: string;
  /** Sequence number of its first record here: where the stream has to start again if shipping fails. */
  firstRecord: string;
}

/** Each request once, in the order of the stream. */
export function requestsInBatch(event: unknown): RequestInBatch[] {
  const found = new Map<string, RequestInBatch>();
  for (const { dynamodb } of batchSchema.parse(event).Records) {
    const requestId = requestIdOfKey(dynamodb.Keys[table.partitionKey]?.S ?? '');
    if (requestId === undefined || found.has(requestId)) continue;
    found.set(requestId, { requestId, firstRecord: dynamodb.SequenceNumber });
  }
  return [...found.values()];
}

/** Each event in the order of the stream; reading one that isn't whole throws. */
export function eventsInBatch(event: unknown): { record: string; read: () => AnyEvent }[] {
  return batchSchema.parse(event).Records.map(({ dynamodb: { SequenceNumber: record, NewImage } }) => ({
    record,
    read: () =>
      parseStored(anyStoredEvent, JSON.parse(NewImage?.event?.S ?? 'null'), `Record ${record} of the stream`),
  }));
}
