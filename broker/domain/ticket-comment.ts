/** What a ticket is told: the steps that whoever reads the ticket wants to know, each with its time, and never what could pass for a command. */
import type { Announcement } from './announcement.ts';
import type { EventType } from './audit-event.ts';
import type { Instant } from './instant.ts';
import type { TicketReply } from './ticket-reply.ts';

/** The steps that tickets are told of. */
export const commentedTypes: readonly (EventType | TicketReply['type'])[] = [
  'submitted',
  'refused',
  'asked-again',
  'approved',
  'denied',
  'withdrawn',
  'timed-out',
  'grant-active',
  'revoked',
  'failed',
  'ticket-reply',
];

export interface TicketComment {
  /** The same however often it is written. */
  id: string;
  ticket: string;
  /** Words of ours, which begin with our name: no comment begins as a command of ours does. */
  text: string;
  /** People's own words: each system has to show them as text and nothing else. */
  quoted?: string;
}

/** `2026-11-21 08:00:03 UTC`. */
const clock = (at: Instant) => `${at.slice(0, 19).replace('T', ' ')} UTC`;

/** Undefined for what tickets are not told. */
export function commentOf(told: Announcement | TicketReply): TicketComment | undefined {
  if (!commentedTypes.includes(told.type)) return undefined;
  const { id } = told;
  const text = `Curfew, ${clock(told.at)}: ${told.text} [${id}]`;
  if (told.type === 'ticket-reply')
    return { id, ticket: told.ticket, text: `Curfew, ${clock(told.at)} [${id}]`, quoted: told.text };
  if (!('request' in told) || told.request.ticket === undefined) return undefined;
  const quoted = told.type === 'submitted' ? told.request.reason : told.said;
  return { id, ticket: told.request.ticket, text, ...(quoted === undefined ? {} : { quoted }) };
}
