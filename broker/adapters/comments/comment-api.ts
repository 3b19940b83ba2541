/** How each ticket system's REST API is told a comment on one ticket. */
import type { TicketSource } from '#domain/catalog-ticketing.ts';
import type { TicketComment } from '#domain/ticket-comment.ts';
import type { ApiSecret } from '../tickets/system.ts';

export interface CommentCall {
  method: 'POST' | 'PATCH';
  path: string;
  headers?: Record<string, string>;
  body: unknown;
}

export interface CommentApi {
  headers: Record<string, string>;
  authorization(secret: ApiSecret): string;
  /** Where the system knows tickets by other names: what it is asked for that. Undefined for what can't be a ticket there. */
  lookUp?(ticket: string, source: TicketSource): string | undefined;
  /**
   * Undefined for what can't be a ticket there, which is never asked for. `found`: what the look-up was answered; throws where that
   * has another shape, and gives 'absent' where it names none.
   */
  write(
    comment: TicketComment,
    of: { source: TicketSource; secret: ApiSecret; found: unknown },
  ): CommentCall | 'absent' | undefined;
}
