/** TicketAsk: what a ticket asks for, in the name of whoever did it there; or why that is nothing, in words for the ticket. */
import { aliasOf, askerOf } from './asks/asker.ts';
import { submissionOf } from './asks/wish.ts';
import type { Catalog } from './catalog.ts';
import { listed } from './catalog-lookup.ts';
import { after, type Instant } from './instant.ts';
import type { Submission } from './request.ts';
import { toleranceMs } from './webhooks/delivery.ts';
import type { Said } from './webhooks/said.ts';

/** Kept from the moment it is known until it has been followed. */
export interface TicketAsk {
  /** In the catalog. */
  source: string;
  /** As ticketKey has it. */
  ticket: string;
  /** What was done in the ticket: the same however often it is told. */
  id: string;
  /** When, by the source's clock. */
  at: Instant;
  /** Main name of the person. */
  person: string;
  /** As an alias would have them: `github:583231`. */
  user: string;
  submission: Submission;
}

/** For the ticket, where comments are written back: why nothing was asked for. Holds nothing that somebody wrote there. */
export interface RefusedAsk {
  source: string;
  ticket: string;
  /** Of what is answered: one answer to each. */
  id: string;
  text: string;
}

/** Far within the time for which deliveries are known again: nothing older asks, however it is played back (N48). */
export const asksWithinMs = 24 * 3_600_000;

/** Whether it is of now: neither so old that nobody may remember it, nor of a time to come. */
export function isTimely(at: Instant, now: Instant): boolean {
  return at > after(now, -asksWithinMs) && at <= after(now, toleranceMs);
}

/** Undefined: nobody asks for anything by it, or not now. */
export function readAsk(
  { people, ticketing }: Pick<Catalog, 'people' | 'ticketing'>,
  source: string,
  said: Said,
  now: Instant,
): TicketNote | undefined {
  const { asks, kind } = listed(ticketing.sources, source) ?? {};
  if (!asks || !kind || !isTimely(said.at, now)) return undefined;
  const submission = submissionOf(said, asks);
  if (!submission) return undefined;
  const { ticket, id, at, by } = said;
  const refused = (why: string): RefusedAsk => refusedAsk({ source, ticket, id }, why);
  const person = by && askerOf(people, kind, by);
  // First of all: whom nobody knows learns nothing of what could be asked for.
  if (!by || person === undefined)
    return refused('It is not known which person this user is: the catalog has to say it, under people.');
  if (said.closed) return refused('The ticket is closed.');
  if ('fault' in submission) return refused(submission.fault);
  return { source, ticket, id, at, person, user: aliasOf(kind, by.id), submission };
}

/** As much as a comment of ours may be. */
const longestText = 900;

export const refusedAsk = (
  { source, ticket, id }: Pick<TicketAsk, 'source' | 'ticket' | 'id'>,
  why: string,
): RefusedAsk => ({
  source,
  ticket,
  id,
  text: `Curfew: nothing was asked for. ${why}`.slice(0, longestText),
});

export type TicketNote = TicketAsk | RefusedAsk;

export const isRefused = (note: TicketNote): note is RefusedAsk => 'text' in note;
