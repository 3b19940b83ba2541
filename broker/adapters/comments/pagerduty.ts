/** Notes on incidents of PagerDuty, by its REST API v2: plain text, in the name of the user that the secret names. */
import { ticketKey } from '#domain/ticket.ts';
import type { CommentApi } from './comment-api.ts';

export const pagerdutyComments: CommentApi = {
  headers: { accept: 'application/vnd.pagerduty+json;version=2' },
  authorization: ({ token }) => `Token token=${token}`,
  write({ ticket, text, quoted }, { secret: { user } }) {
    const id = ticketKey(ticket);
    if (!/^[A-Z0-9]{4,30}$/.test(id)) return undefined;
    return {
      method: 'POST',
      path: `/incidents/${id}/notes`,
      // Asked for with tokens of the account; a token of a user is that user's already.
      headers: user === undefined ? {} : { from: user },
      body: { note: { content: quoted === undefined ? text : `${text}\n> ${quoted}` } },
    };
  },
};
