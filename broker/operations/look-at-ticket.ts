/** Looks at a ticket in its own system, where the catalog wants that before anybody gets access for it. */
import type { Asked } from '#domain/request.ts';
import { liveSourceOf, type TicketLook, ticketKey } from '#domain/ticket.ts';
import type { World } from '#ports';

/** Never rejects: a system that can't be asked is a fact to decide on, since an emergency doesn't wait for it. */
export async function lookAtTicket(
  world: Pick<World, 'catalog' | 'tickets' | 'metrics'>,
  { ticket }: Pick<Asked, 'ticket'>,
): Promise<TicketLook | undefined> {
  const live = ticket === undefined ? undefined : liveSourceOf(world.catalog, ticket);
  if (ticket === undefined || !live) return undefined;
  const source = live.name;
  try {
    const facts = await world.tickets.read(source, ticketKey(ticket));
    return facts === 'absent' ? { source, absent: true } : { source, facts };
  } catch {
    world.metrics.count('TicketUnreachable', 1);
    return { source, unreachable: true };
  }
}
