/** CommentTicket: writes what happened into the tickets that it happened for, from the queues of their systems. */
import { functionLog } from '#adapters/logger.ts';
import { queueHandler } from '#adapters/queue-handler.ts';
import { commentTicketWorld } from '#adapters/wiring/comment-ticket.ts';
import { commentTicket } from '#operations/comment-ticket.ts';

const world = commentTicketWorld();
const log = functionLog('CommentTicket');

export const handler = queueHandler({ log, postpone: world.postpone }, async ({ to, told }) => {
  const outcome = await commentTicket(world, { source: to, told });
  log.info('commented', { source: to, id: told.id, outcome });
});
