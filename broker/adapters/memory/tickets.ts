/** Ticket systems in memory: tickets by source and name; one that is down answers nothing. */
import { Unavailable } from '#domain/errors.ts';
import type { TicketFacts } from '#domain/ticket.ts';
import type { Tickets } from '#ports';
import { copyOf } from './copy.ts';

export class MemoryTickets implements Tickets {
  readonly #kept = new Map<string, TicketFacts>();
  /** Sources that can't be asked. */
  readonly down = new Set<string>();
  /** What was asked, oldest first: `jira PAY-1`. */
  readonly asked: string[] = [];

  put(source: string, ticket: string, facts: TicketFacts): void {
    this.#kept.set(`${source} ${ticket}`, facts);
  }

  async read(source: string, ticket: string): Promise<TicketFacts | 'absent'> {
    this.asked.push(`${source} ${ticket}`);
    if (this.down.has(source)) throw new Unavailable(`Asking ${source} failed.`);
    return copyOf(this.#kept.get(`${source} ${ticket}`) ?? 'absent');
  }
}
