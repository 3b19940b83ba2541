/** Incidents of PagerDuty, by its REST API v2. */
import * as z from 'zod';
import { isClosedState, ticketKey } from '#domain/ticket.ts';
import type { TicketApi } from './system.ts';

const answer = z.looseObject({
  incident: z.looseObject({
    id: z.string(),
    status: z.string(),
    assignments: z.array(
      z.looseObject({ assignee: z.looseObject({ id: z.string(), email: z.string().optional() }) }),
    ),
  }),
});

export const pagerdutyApi: TicketApi = {
  headers: { accept: 'application/vnd.pagerduty+json;version=2' },
  authorization: ({ token }) => `Token token=${token}`,
  pathOf: (ticket) =>
    /^[A-Z0-9]{4,30}$/.test(ticket) ? `/incidents/${ticket}?include[]=assignees` : undefined,
  read(body, ticket, { closedStates }) {
    const { id, status, assignments } = answer.parse(body).incident;
    if (ticketKey(id) !== ticket) return 'absent';
    return {
      open: !isClosedState(status, closedStates),
      states: [status],
      assignees: assignments.flatMap(({ assignee }) => [
        assignee.id,
        ...(assignee.email === undefined ? [] : [assignee.email]),
      ]),
    };
  },
};
