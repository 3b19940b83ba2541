/** The world of CommentTicket: the ticket systems' APIs, and what was written already. */
import { deployedCatalog } from '../catalog.ts';
import { environment } from '../environment.ts';
import { sqsPostpone } from '../queue-handler.ts';
import { RestComments } from '../rest-comments.ts';
import { secretsManager } from '../secrets-manager.ts';
import { systemClock } from '../system.ts';
import { tableOf, ticketNotes } from './records.ts';

export function commentTicketWorld() {
  const settings = environment(['region', 'table']);
  const catalog = deployedCatalog();
  return {
    clock: systemClock,
    ...ticketNotes(tableOf('answering', settings)),
    ticketComments: new RestComments({ catalog, secrets: secretsManager(settings.region) }),
    postpone: sqsPostpone(settings.region),
  };
}
