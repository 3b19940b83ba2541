/** TicketReply: what a ticket is told that no record is kept of, such as why nothing was asked for it. */
import * as z from 'zod';
import { instantSchema } from './instant.ts';

export const ticketReplySchema = z.strictObject({
  version: z.literal(1),
  id: z.string().describe('The same however often it is told.'),
  at: instantSchema,
  deployment: z.string(),
  type: z.literal('ticket-reply'),
  ticketSources: z.array(z.string()).length(1).describe('The source in the catalog that the ticket is of.'),
  ticket: z.string(),
  text: z.string().max(1000),
});
export type TicketReply = z.output<typeof ticketReplySchema>;
