/** Comments in memory, by source; one that is down takes none. */
import { Unavailable } from '#domain/errors.ts';
import type { TicketComment } from '#domain/ticket-comment.ts';
import type { TicketComments } from '#ports';

export class MemoryTicketComments implements TicketComments {
  readonly written: { source: string; comment: TicketComment }[] = [];
  readonly down = new Set<string>();
  /** Tickets that are not there. */
  readonly absent = new Set<string>();

  async write(source: string, comment: TicketComment): Promise<'written' | 'absent'> {
    if (this.down.has(source)) throw new Unavailable(`Writing to ${source} failed.`);
    if (this.absent.has(comment.ticket)) return 'absent';
    this.written.push({ source, comment });
    return 'written';
  }
}
