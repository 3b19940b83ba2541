/** Tickets as requests name them: how two spellings of one compare, and which system of the catalog a ticket belongs to. */
import type { Catalog } from './catalog.ts';
import type { TicketSource } from './catalog-ticketing.ts';
import type { Instant } from './instant.ts';

/** One spelling per ticket. */
export function ticketKey(ticket: string): string {
  return ticket.normalize('NFKC').trim().toUpperCase();
}

/** Whether a source speaks for a ticket of this name. */
export function isTicketOf({ tickets }: Pick<TicketSource, 'tickets'>, ticket: string): boolean {
  return new RegExp(`^(?:${tickets})$`, 'iu').test(ticketKey(ticket));
}

export interface NamedSource {
  name: string;
  source: TicketSource;
}

/** Sources that speak for a ticket, in the order of the catalog. */
export function sourcesOf({ ticketing }: Pick<Catalog, 'ticketing'>, ticket: string): NamedSource[] {
  return Object.entries(ticketing.sources)
    .map(([name, source]) => ({ name, source }))
    .filter(({ source }) => isTicketOf(source, ticket));
}

/** The source by which a ticket has to be looked at before anybody gets access for it. */
export function liveSourceOf(catalog: Pick<Catalog, 'ticketing'>, ticket: string): NamedSource | undefined {
  return sourcesOf(catalog, ticket).find(({ source }) => source.live !== undefined);
}

/** What a ticket's own system says of it, asked right now. */
export interface TicketFacts {
  open: boolean;
  /** Its state as its system calls it, and what it says of its approval. */
  states: readonly string[];
  /** Those whom it is assigned to, by names that the system itself vouches for: address, id of the account. */
  assignees: readonly string[];
  /** When the change may be made. */
  window?: { from: Instant; to: Instant };
}

/** What came of looking at a ticket. */
export type TicketLook = { source: string } & (
  | { facts: TicketFacts }
  | { absent: true }
  | { unreachable: true }
);

/** Words for the end of a ticket, whichever system says them. */
export function isClosedState(state: string, others: readonly string[] = []): boolean {
  const said = state.trim().toLowerCase();
  return (
    /^(closed|resolved|cancell?ed)\b/.test(said) ||
    others.some((other) => other.trim().toLowerCase() === said)
  );
}
