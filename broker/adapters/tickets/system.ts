/** What each ticket system's REST API is asked for one ticket, and how its answer is read. */
import type { TicketSource } from '#domain/catalog-ticketing.ts';
import type { TicketFacts } from '#domain/ticket.ts';

export interface TicketApi {
  /** Path and query; undefined for what can't be the name of a ticket there, which is never asked for. */
  pathOf(ticket: string, source: TicketSource): string | undefined;
  headers: Record<string, string>;
  /** The header `authorization` by the secret of the API. */
  authorization(secret: ApiSecret): string;
  /** Throws for an answer of another shape. */
  read(body: unknown, ticket: string, source: TicketSource): TicketFacts | 'absent';
}

/** As it is kept in Secrets Manager, as JSON. */
export interface ApiSecret {
  user?: string | undefined;
  token: string;
}

export const basic = ({ user, token }: ApiSecret): string =>
  user === undefined
    ? `Bearer ${token}`
    : `Basic ${Buffer.from(`${user}:${token}`, 'utf8').toString('base64')}`;
