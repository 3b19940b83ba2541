/** What a proven delivery says about a ticket, by the documented shape of each system; all else in it is passed over. */
import * as z from 'zod';
import type { TicketSource, TicketSystem } from '../catalog-ticketing.ts';
import type { Instant } from '../instant.ts';
import { isClosedState, ticketKey } from '../ticket.ts';
import { instant, milliseconds, text } from './shapes.ts';

export interface TicketEvent {
  /** As ticketKey has it. */
  ticket: string;
  /** Closed, resolved, cancelled or deleted: it gives no access any more. */
  closed: boolean;
  /** When that happened, by the clock of the source. */
  at: Instant;
}

/** Undefined: about something else. 'unreadable': about a ticket, in another shape than documented. */
export type ReadEvent = (body: unknown, source: Pick<TicketSource, 'closedStates'>) => ReadResult;
type ReadResult = TicketEvent | undefined | 'unreadable';

/** `about`: whether it is about a ticket at all. */
function reading<About, T>(
  about: z.ZodType<About>,
  shape: z.ZodType<T>,
  read: (event: T, closedStates: readonly string[]) => Omit<TicketEvent, 'ticket'> & { ticket: string },
): ReadEvent {
  return (body, { closedStates }) => {
    if (!about.safeParse(body).success) return undefined;
    const parsed = shape.safeParse(body);
    if (!parsed.success) return 'unreadable';
    const { ticket, ...rest } = read(parsed.data, closedStates);
    return { ticket: ticketKey(ticket), ...rest };
  };
}

const jira = reading(
  z.looseObject({ webhookEvent: z.string().startsWith('jira:issue_') }),
  z.looseObject({
    timestamp: milliseconds,
    webhookEvent: text,
    issue: z.looseObject({
      key: text,
      fields: z.looseObject({
        status: z.looseObject({ name: text, statusCategory: z.looseObject({ key: text }) }),
      }),
    }),
  }),
  ({ timestamp, webhookEvent, issue: { key, fields } }, closedStates) => ({
    ticket: key,
    closed:
      webhookEvent === 'jira:issue_deleted' ||
      fields.status.statusCategory.key === 'done' ||
      isClosedState(fields.status.name, closedStates),
    at: timestamp,
  }),
);

const pagerduty = reading(
  z.looseObject({ event: z.looseObject({ data: z.looseObject({ type: z.literal('incident') }) }) }),
  z.looseObject({
    event: z.looseObject({
      event_type: text,
      occurred_at: instant,
      data: z.looseObject({ id: text, status: text }),
    }),
  }),
  ({ event: { event_type, occurred_at, data } }, closedStates) => ({
    ticket: data.id,
    closed: event_type === 'incident.resolved' || isClosedState(data.status, closedStates),
    at: occurred_at,
  }),
);

/** X-GitHub-Event isn't signed: what it is about is told by its body. */
const github = reading(
  z.looseObject({ issue: z.looseObject({ pull_request: z.undefined().optional() }) }),
  z.looseObject({
    action: text,
    issue: z.looseObject({
      number: z.int().positive(),
      state: text,
      updated_at: instant,
      closed_at: instant.nullish(),
    }),
    repository: z.looseObject({ full_name: text }),
  }),
  ({ action, issue, repository }, closedStates) => ({
    ticket: `${repository.full_name}#${issue.number}`,
    closed: action === 'deleted' || action === 'transferred' || isClosedState(issue.state, closedStates),
    at: action === 'closed' ? (issue.closed_at ?? issue.updated_at) : issue.updated_at,
  }),
);

/** Of docs/tickets.md. `event`: new for each, so that two never have the same body. */
const servicenow = reading(
  z.looseObject({ number: z.unknown() }),
  z.looseObject({ event: text, number: text, active: z.boolean(), state: text, at: instant }),
  ({ number, active, state, at }, closedStates) => ({
    ticket: number,
    closed: !active || isClosedState(state, closedStates),
    at,
  }),
);

/** Of docs/tickets.md, as Standard Webhooks has it: type, timestamp and data. */
const standard = reading(
  z.looseObject({ type: z.string().startsWith('ticket.') }),
  z.looseObject({
    type: text,
    timestamp: instant,
    data: z.looseObject({ ticket: text, state: text }),
  }),
  ({ type, timestamp, data: { ticket, state } }, closedStates) => ({
    ticket,
    closed: type === 'ticket.closed' || type === 'ticket.deleted' || isClosedState(state, closedStates),
    at: timestamp,
  }),
);

export const readEvent: Record<TicketSystem, ReadEvent> = {
  jira,
  servicenow,
  pagerduty,
  github,
  'standard-webhooks': standard,
};
