/** Writes what was told into a ticket; once, but where the answer to the writing was lost. */
import type { Announcement } from '#domain/announcement.ts';
import { commentOf } from '#domain/ticket-comment.ts';
import type { TicketReply } from '#domain/ticket-reply.ts';
import type { World } from '#ports';

/**
 * Kept as written after it is: a comment that stands there twice is better than one that nobody ever reads. Throws Unavailable
 * where it has to be tried again.
 */
export async function commentTicket(
  world: Pick<World, 'clock' | 'ticketNotes' | 'ticketComments'>,
  { source, told }: { source: string; told: Announcement | TicketReply },
): Promise<'written' | 'again' | 'absent' | 'of-no-concern'> {
  const comment = commentOf(told);
  if (comment === undefined) return 'of-no-concern';
  // Kept as what was heard from that source is: for as long as anybody could have it written again.
  const delivery = { source: `comments to ${source}`, key: comment.id };
  if (await world.ticketNotes.wasTaken(delivery)) return 'again';
  const written = await world.ticketComments.write(source, comment);
  await world.ticketNotes.keepTaken(delivery, world.clock.now());
  return written;
}
