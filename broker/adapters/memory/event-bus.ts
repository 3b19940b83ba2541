/** The event bus, in memory: what was told, in order. */
import { type Announcement, announcementSchema } from '#domain/announcement.ts';
import { type TicketReply, ticketReplySchema } from '#domain/ticket-reply.ts';
import type { EventBus } from '#ports';

export class MemoryEventBus implements EventBus {
  readonly announced: Announcement[] = [];
  readonly replies: TicketReply[] = [];

  async announce(announcement: Announcement): Promise<void> {
    this.announced.push(announcementSchema.parse(announcement));
  }

  async reply(reply: TicketReply): Promise<void> {
    this.replies.push(ticketReplySchema.parse(reply));
  }
}
