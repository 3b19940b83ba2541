/** Issues of Jira Cloud, by its REST API v3. */
import * as z from 'zod';
import { instantOf } from '#domain/instant.ts';
import { isClosedState, ticketKey } from '#domain/ticket.ts';
import { basic, type TicketApi } from './system.ts';

const issue = z.looseObject({
  key: z.string(),
  fields: z.looseObject({
    status: z.looseObject({ name: z.string(), statusCategory: z.looseObject({ key: z.string() }) }),
    assignee: z
      .looseObject({
        accountId: z.string(),
        accountType: z.string().optional(),
        active: z.boolean().optional(),
        emailAddress: z.string().optional(),
      })
      .nullish(),
  }),
});

/** `2026-11-21T10:00:00.000+0000`. */
const moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:?\d\d)$/)
  .transform((text) => instantOf(Date.parse(text.replace(/([+-]\d\d):?(\d\d)$/, '$1:$2'))));

export const jiraApi: TicketApi = {
  headers: { accept: 'application/json' },
  authorization: basic,
  pathOf(ticket, { windowFields }) {
    if (!/^[A-Z][A-Z0-9_]{1,30}-[0-9]{1,12}$/.test(ticket)) return undefined;
    const fields = ['status', 'assignee', ...(windowFields ? [windowFields.start, windowFields.end] : [])];
    return `/rest/api/3/issue/${ticket}?fields=${fields.join(',')}`;
  },
  read(body, ticket, { windowFields, closedStates }) {
    const { key, fields } = issue.parse(body);
    // A moved issue is answered under its new name: it isn't the one that was asked for.
    if (ticketKey(key) !== ticket) return 'absent';
    const { status, assignee } = fields;
    const [from, to] = windowFields
      ? [windowFields.start, windowFields.end].map(
          (name) => moment.nullish().parse(fields[name]) ?? undefined,
        )
      : [];
    return {
      open: status.statusCategory.key !== 'done' && !isClosedState(status.name, closedStates),
      states: [status.name],
      // Portal customers choose the address that they give.
      assignees:
        assignee && assignee.active !== false && (assignee.accountType ?? 'atlassian') === 'atlassian'
          ? [assignee.accountId, ...(assignee.emailAddress === undefined ? [] : [assignee.emailAddress])]
          : [],
      ...(from !== undefined && to !== undefined ? { window: { from, to } } : {}),
    };
  },
};
