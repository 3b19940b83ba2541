/** Work notes of ServiceNow, by its Table API, which knows records by an id of its own. */
import * as z from 'zod';
import { ticketKey } from '#domain/ticket.ts';
import { basic } from '../tickets/system.ts';
import type { CommentApi } from './comment-api.ts';

const answer = z.looseObject({
  result: z.array(z.looseObject({ sys_id: z.string().regex(/^[0-9a-f]{32}$/), number: z.string() })).max(2),
});

export const servicenowComments: CommentApi = {
  headers: { accept: 'application/json' },
  authorization: basic,
  // Letters and digits only: a query has signs of its own.
  lookUp(ticket, { table }) {
    const number = ticketKey(ticket);
    return /^[A-Z0-9]{3,40}$/.test(number)
      ? `/api/now/table/${table}?sysparm_query=number=${number}&sysparm_fields=sys_id,number&sysparm_limit=2`
      : undefined;
  },
  write({ ticket, text, quoted }, { source: { table }, found }) {
    const [record, ...others] = answer.parse(found).result;
    if (!record || others.length > 0 || ticketKey(record.number) !== ticketKey(ticket)) return 'absent';
    // A journal field shows what is between [code] and [/code] as HTML.
    const notes = [text, ...(quoted === undefined ? [] : [`> ${quoted}`])].map((line) =>
      line.replaceAll('[', '(').replaceAll(']', ')'),
    );
    return {
      method: 'PATCH',
      path: `/api/now/table/${table}/${record.sys_id}`,
      body: { work_notes: notes.join('\n') },
    };
  },
};
