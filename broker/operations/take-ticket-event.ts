/** Takes one proven delivery of a ticket system: once, however often it comes, and not before its effect is written. */
import type { TicketSource } from '#domain/catalog-ticketing.ts';
import { isTicketOf } from '#domain/ticket.ts';
import type { TicketEvent } from '#domain/webhooks/ticket-event.ts';
import type { World } from '#ports';
import { endByTicket } from './end-by-ticket.ts';

type Needs = Pick<World, 'clock' | 'records' | 'executions' | 'ticketNotes'>;

export interface TakenEvent {
  /** Name in the catalog. */
  name: string;
  source: TicketSource;
  /** Of its proof. */
  key: string;
  event: TicketEvent;
}

/**
 * 'again' for one that was taken before: it changes nothing, also where its ticket was reopened since. Throws Unavailable
 * where its effect could not be written: the source has to send it again.
 */
export async function takeTicketEvent(
  world: Needs,
  { name, source, key, event }: TakenEvent,
): Promise<{ taken: 'first' | 'again' | 'of-no-concern'; ended: string[] }> {
  if (!isTicketOf(source, event.ticket)) return { taken: 'of-no-concern', ended: [] };
  const delivery = { source: name, key };
  if (await world.ticketNotes.wasTaken(delivery)) return { taken: 'again', ended: [] };
  const { ticket, closed, at } = event;
  const ended = closed ? await endByTicket(world, { ticket, at, ...delivery }) : [];
  await world.ticketNotes.keepTaken(delivery, world.clock.now());
  return { taken: 'first', ended };
}
