/** Records of ServiceNow, by its Table API: incidents, changes, whatever extends `task`. */
import * as z from 'zod';
import { instantOf } from '#domain/instant.ts';
import { isClosedState, ticketKey } from '#domain/ticket.ts';
import { basic, type TicketApi } from './system.ts';

/** `sysparm_display_value=all` gives both: what the system keeps, and how it shows it. */
const field = z.looseObject({ display_value: z.string().nullable(), value: z.string().nullable() });

const answer = z.looseObject({
  result: z
    .array(
      z.looseObject({
        number: field,
        active: field,
        state: field,
        approval: field.optional(),
        'assigned_to.email': field.optional(),
        'assigned_to.user_name': field.optional(),
        start_date: field.optional(),
        end_date: field.optional(),
      }),
    )
    .max(2),
});

const fields = 'number,active,state,approval,assigned_to.email,assigned_to.user_name,start_date,end_date';

/** `2026-11-21 10:00:00`, in UTC as it is kept. */
const moment = (text: string | null | undefined): string | undefined =>
  text && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)
    ? instantOf(Date.parse(`${text.replace(' ', 'T')}Z`))
    : undefined;

const filled = (...values: (string | null | undefined)[]): string[] =>
  values.flatMap((value) => (value ? [value] : []));

export const servicenowApi: TicketApi = {
  headers: { accept: 'application/json' },
  authorization: basic,
  // Letters and digits only: a query has signs of its own.
  pathOf: (ticket, { table }) =>
    /^[A-Z0-9]{3,40}$/.test(ticket)
      ? `/api/now/table/${table}?sysparm_query=number=${ticket}&sysparm_fields=${fields}&sysparm_display_value=all&sysparm_exclude_reference_link=true&sysparm_limit=2`
      : undefined,
  read(body, ticket, { closedStates }) {
    const [found, ...others] = answer.parse(body).result;
    // Two of one number are none that could be told apart.
    if (!found || others.length > 0 || ticketKey(found.number.value ?? '') !== ticket) return 'absent';
    const { active, state, approval, start_date, end_date } = found;
    const [from, to] = [moment(start_date?.value), moment(end_date?.value)];
    const states = filled(state.display_value, approval?.display_value);
    return {
      open: active.value === 'true' && !isClosedState(state.display_value ?? '', closedStates),
      states,
      assignees: filled(found['assigned_to.email']?.value, found['assigned_to.user_name']?.value),
      ...(from !== undefined && to !== undefined ? { window: { from, to } } : {}),
    };
  },
};
