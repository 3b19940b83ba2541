/** Tells a ticket something by a comment: handed to whoever writes it, so that nobody waits for the ticket system. */
import { sayable } from '#domain/announcement.ts';
import { digestOf } from '#domain/digest.ts';
import type { World } from '#ports';

/** As it is told once: the same cause and text are the same reply. */
export interface Reply {
  /** Name in the catalog. */
  source: string;
  ticket: string;
  text: string;
  /** What it answers, such as the key of a delivery. */
  cause: string;
}

/**
 * Nothing where the catalog has no comments written to this source. Throws Unavailable where it could not be handed on: what was
 * answered is done all the same.
 */
export async function replyToTicket(
  world: Pick<World, 'catalog' | 'settings' | 'clock' | 'eventBus'>,
  { source, ticket, text, cause }: Reply,
): Promise<'handed-on' | 'not-wanted'> {
  const sources = world.catalog.ticketing.sources;
  if (!Object.hasOwn(sources, source) || !sources[source]?.comments) return 'not-wanted';
  await world.eventBus.reply({
    version: 1,
    id: `reply-${digestOf([source, ticket, text, cause]).slice(0, 40)}`,
    at: world.clock.now(),
    deployment: world.settings.deployment,
    type: 'ticket-reply',
    ticketSources: [source],
    ticket: sayable(ticket),
    text: sayable(text),
  });
  return 'handed-on';
}
