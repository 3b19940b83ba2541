/** A batch of a queue between the event bus and whoever is told: each message names whom it is for, and holds what is told. */
import * as z from 'zod';
import { announcementSchema } from '#domain/announcement.ts';
import { InvalidInput } from '#domain/errors.ts';
import { ticketReplySchema } from '#domain/ticket-reply.ts';

const batchSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      eventSourceARN: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().positive() }),
    }),
  ),
});

const bodySchema = z.strictObject({
  to: z.string(),
  told: z.union([announcementSchema, ticketReplySchema]),
});
export type Handed = z.output<typeof bodySchema>;

export interface Message {
  id: string;
  receipt: string;
  queueArn: string;
  /** How often it was taken out of its queue, this time included. */
  tries: number;
  /** Throws where it can't be read. */
  read(): Handed;
}

export function messagesIn(event: unknown): Message[] {
  return batchSchema
    .parse(event)
    .Records.map(({ messageId, receiptHandle, body, eventSourceARN, attributes }) => ({
      id: messageId,
      receipt: receiptHandle,
      queueArn: eventSourceARN,
      tries: attributes.ApproximateReceiveCount,
      read: () => handedIn(body),
    }));
}

/** Without repeating what it holds: that may be anything. */
function handedIn(body: string): Handed {
  try {
    return bodySchema.parse(JSON.parse(body));
  } catch {
    throw new InvalidInput('A message is not in the form that the rules of the event bus give it.');
  }
}
