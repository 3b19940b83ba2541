/** Comments of Jira Cloud, by its REST API v3: a document of text nodes, in which no sign means more than itself. */
import { ticketKey } from '#domain/ticket.ts';
import { basic } from '../tickets/system.ts';
import type { CommentApi } from './comment-api.ts';

const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] });

export const jiraComments: CommentApi = {
  headers: { accept: 'application/json' },
  authorization: basic,
  write({ ticket, text, quoted }) {
    const key = ticketKey(ticket);
    if (!/^[A-Z][A-Z0-9_]{1,30}-[0-9]{1,12}$/.test(key)) return undefined;
    // In quotes: no line of it begins as a command of ours does, however the comment is sent to us again.
    const quote = quoted === undefined ? [] : [paragraph(`“${quoted}”`)];
    return {
      method: 'POST',
      path: `/rest/api/3/issue/${key}/comment`,
      body: { body: { type: 'doc', version: 1, content: [paragraph(text), ...quote] } },
    };
  },
};
