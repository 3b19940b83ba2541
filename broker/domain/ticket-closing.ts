/** The end of a ticket: which requests it ends, and how each of them is ended. */
import { after, type Instant } from './instant.ts';
import { type Advanced, advance } from './lifecycle.ts';
import type { AccessRequest } from './request.ts';
import { ticketKey } from './ticket.ts';
import { requestEnd } from './transitions/request-end.ts';

/** Kept from the moment it is known until everything that carries the ticket has been ended. */
export interface Closing {
  /** As ticketKey has it. */
  ticket: string;
  /** In the catalog. */
  source: string;
  /** Of the delivery that told of it. */
  key: string;
  /** When it was closed, by the source's clock. */
  at: Instant;
}

/** So far the clock of a ticket system may be behind ours. */
const behindMs = 5 * 60_000;

/**
 * Undefined where it is over or ending, carries another ticket, or was asked for later than the ticket was closed: it was
 * reopened then, and what tells of its earlier end comes late, or again.
 */
export function endByClosing(
  before: AccessRequest,
  { ticket, source, at: closedAt }: Closing,
  at: Instant,
): Advanced | undefined {
  const { asked, createdAt } = before;
  if (asked.ticket === undefined || ticketKey(asked.ticket) !== ticket) return undefined;
  if (createdAt > after(closedAt, behindMs)) return undefined;
  return endNow(before, { by: actorOf(source), reason: closingReason({ ticket, source }) }, at);
}

/** What waits for its reviewers is denied; what is further on is ended. */
export function endNow(
  before: AccessRequest,
  { by, reason }: { by: string; reason: string },
  at: Instant,
): Advanced | undefined {
  return before.status === 'pending'
    ? advance(before, 'denied', { at, actor: by, reason })
    : requestEnd(before, { at, by, reason });
}

export const actorOf = (source: string): string => `ticket:${source}`;

export function closingReason({ ticket, source }: Pick<Closing, 'ticket' | 'source'>): string {
  return `its ticket ${ticket} was closed in ${source}`;
}
