/** Takes one proven delivery of a ticket system: once, however often it comes, and not before its effect is written. */
import type { TicketSource } from '#domain/catalog-ticketing.ts';
import { isTicketOf } from '#domain/ticket.ts';
import { isRefused, readAsk } from '#domain/ticket-ask.ts';
import type { Said } from '#domain/webhooks/said.ts';
import type { TicketEvent } from '#domain/webhooks/ticket-event.ts';
import type { World } from '#ports';
import { endByTicket } from './end-by-ticket.ts';
import { bestEffort } from './signal.ts';

type Needs = Pick<
  World,
  'clock' | 'catalog' | 'records' | 'executions' | 'ticketNotes' | 'background' | 'metrics'
>;

export interface TakenEvent {
  /** Name in the catalog. */
  name: string;
  source: TicketSource;
  /** Of its proof. */
  key: string;
  /** Where it tells how a ticket stands. */
  event?: TicketEvent | undefined;
  /** Where somebody may ask by it. */
  said?: Said | undefined;
}

export interface Taken {
  taken: 'first' | 'again' | 'of-no-concern';
  /** Ids of requests. */
  ended: string[];
  /** 'refused' as well where nobody knows who asks. */
  asked?: 'noted' | 'refused';
}

/**
 * 'again' for one that was taken before: it changes nothing, also where its ticket was reopened since. Throws Unavailable
 * where its effect could not be written: the source has to send it again.
 */
export async function takeTicketEvent(
  world: Needs,
  { name, source, key, event, said }: TakenEvent,
): Promise<Taken> {
  const ours = [event, said].filter((told) => told !== undefined && isTicketOf(source, told.ticket));
  if (ours.length === 0) return { taken: 'of-no-concern', ended: [] };
  const delivery = { source: name, key };
  if (await world.ticketNotes.wasTaken(delivery)) return { taken: 'again', ended: [] };
  const ended = event?.closed && ours.includes(event) ? await close(world, source, event, delivery) : [];
  const asked = said && ours.includes(said) ? await noteAsk(world, name, said) : undefined;
  await world.ticketNotes.keepTaken(delivery, world.clock.now());
  return { taken: 'first', ended, ...(asked === undefined ? {} : { asked }) };
}

async function close(
  world: Needs,
  { asks }: TicketSource,
  { ticket, at }: TicketEvent,
  delivery: { source: string; key: string },
): Promise<string[]> {
  // Before anything is looked for: what is asked for meanwhile has to find it.
  if (asks) await world.ticketNotes.keepClosed({ source: delivery.source, ticket, at }, world.clock.now());
  return endByTicket(world, { ticket, at, ...delivery });
}

/** Only a note: what may give access is done by a function that nobody outside can call. */
async function noteAsk(world: Needs, source: string, said: Said): Promise<Taken['asked']> {
  const now = world.clock.now();
  const ask = readAsk(world.catalog, source, said, now);
  if (!ask) return undefined;
  const once = { source, key: `ask ${said.ticket} ${said.id}` };
  // The same may be told by several deliveries, each another body: webhooks of a repository and of its organisation.
  if (await world.ticketNotes.wasTaken(once)) return undefined;
  await world.ticketNotes.noteAsk(ask, now);
  await world.ticketNotes.keepTaken(once, now);
  if (isRefused(ask)) world.metrics.count('TicketAskRefused', 1);
  await bestEffort(() => world.background.askByTicket());
  return isRefused(ask) ? 'refused' : 'noted';
}
