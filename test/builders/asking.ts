/** Deliveries by which somebody asks in a ticket, as each system documents them, in our own words and values; and a source whose tickets ask. */
import { type Asks, asksSchema } from '#domain/catalog-asks.ts';
import type { TicketSource, TicketSystem } from '#domain/catalog-ticketing.ts';
import { aSource, type SignedBy, signatureHeaders, ticketOf } from './webhooks.ts';

/** All that `asks` can say, for Jira. */
export const someAsks = (): Asks =>
  asksSchema.parse({
    roles: ['pod-reader', 'deployer'],
    command: true,
    labels: {
      'curfew-look': { role: 'pod-reader', namespaces: ['payments'], duration: '20m' },
      'curfew-roll': { role: 'deployer', namespaces: ['payments'] },
    },
    fields: {
      role: 'customfield_10071',
      namespaces: 'customfield_10072',
      duration: 'customfield_10073',
      cluster: 'customfield_10074',
    },
    defaults: { cluster: 'payments-prod', duration: '30m' },
  });

export const anAskingSource = (kind: TicketSystem, more: Partial<TicketSource> = {}): TicketSource =>
  aSource(kind, { asks: someAsks(), ...more });

/** Alice as each system knows her, and as an alias has her. */
export const aliceIn: Record<TicketSystem, { id: string; alias: string }> = {
  jira: { id: '70121:5c1d-alice', alias: 'jira:70121:5c1d-alice' },
  github: { id: '583231', alias: 'github:583231' },
  pagerduty: { id: 'PALICE1', alias: 'pagerduty:palice1' },
  servicenow: { id: 'alice.s', alias: 'servicenow:alice.s' },
  'standard-webhooks': { id: 'u-17', alias: 'standard-webhooks:u-17' },
};

interface Asked {
  /** Epoch milliseconds. */
  at: number;
  ticket: string;
  /** The comment. */
  text: string;
  /** Of the comment: the same in each delivery that tells of it. */
  id: number;
  by: { id: string; address?: string };
  closed: boolean;
  title: string;
}

export const command = '/curfew role=pod-reader ns=payments for=30m';

const instantOf = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');

export const jiraUser = ({ id, address }: Asked['by']) => ({
  self: `https://example.atlassian.net/rest/api/2/user?accountId=${id}`,
  accountId: id,
  ...(address === undefined ? {} : { emailAddress: address }),
  displayName: 'bob@example.com',
  active: true,
  timeZone: 'Europe/Berlin',
  accountType: 'atlassian',
});

export const jiraStatus = (closed: boolean) =>
  closed
    ? { id: '5', name: 'Done', statusCategory: { id: 3, key: 'done', name: 'Done' } }
    : { id: '3', name: 'In Progress', statusCategory: { id: 4, key: 'indeterminate', name: 'In Progress' } };

/** Each names Bob wherever the one who did it isn't meant: as reporter, assignee, and in free text. */
const payloads: Record<TicketSystem, (asked: Asked) => unknown> = {
  jira: ({ at, ticket, text, id, by, closed, title }) => ({
    timestamp: at,
    webhookEvent: 'comment_created',
    comment: {
      self: `https://example.atlassian.net/rest/api/2/issue/30017/comment/${id}`,
      id: String(id),
      author: jiraUser(by),
      body: text,
      updateAuthor: jiraUser(by),
      created: '2026-11-21T09:00:00.000+0100',
      updated: '2026-11-21T09:00:00.000+0100',
      jsdPublic: true,
    },
    issue: {
      id: '30017',
      key: ticket,
      fields: {
        summary: title,
        status: jiraStatus(closed),
        assignee: jiraUser({ id: 'bob', address: 'bob@example.com' }),
        reporter: jiraUser({ id: 'bob', address: 'bob@example.com' }),
      },
    },
    eventType: 'primaryAction',
  }),
  github: ({ at, ticket, text, id, by, closed, title }) => ({
    action: 'created',
    issue: {
      id: 170017,
      number: Number(ticket.split('#')[1]),
      title,
      state: closed ? 'closed' : 'open',
      updated_at: instantOf(at),
      closed_at: null,
      user: { login: 'bob', id: 8, type: 'User' },
      assignees: [{ login: 'bob', id: 8, type: 'User' }],
    },
    comment: {
      id,
      body: text,
      created_at: instantOf(at),
      updated_at: instantOf(at),
      author_association: 'MEMBER',
      user: { login: 'bob-was-here', id: Number(by.id), type: 'User' },
      performed_via_github_app: null,
    },
    repository: { id: 42, full_name: ticket.split('#')[0] },
    sender: { login: 'bob-was-here', id: Number(by.id), type: 'User' },
  }),
  pagerduty: ({ at, ticket, text, id, by, title }) => ({
    event: {
      id: `01NOTE${id}`,
      event_type: 'incident.annotated',
      resource_type: 'incident',
      occurred_at: new Date(at).toISOString(),
      agent: { id: by.id, type: 'user_reference', summary: 'bob@example.com' },
      client: null,
      data: {
        incident: { id: ticket, type: 'incident_reference', summary: title },
        id: `PNOTE${id}`,
        content: text,
        trimmed: false,
        type: 'incident_note',
      },
    },
  }),
  servicenow: ({ at, ticket, text, id, by, closed, title }) => ({
    event: `guid-${id}`,
    number: ticket,
    active: !closed,
    state: closed ? 'Closed' : 'In Progress',
    at: new Date(at).toISOString(),
    user: { id: by.id, email: by.address ?? '' },
    comment: text,
    summary: title,
  }),
  'standard-webhooks': ({ at, ticket, text, id, by, closed, title }) => ({
    type: 'ticket.commented',
    timestamp: new Date(at).toISOString(),
    data: {
      ticket,
      state: closed ? 'closed' : 'open',
      id: `c-${id}`,
      user: { id: by.id, ...(by.address === undefined ? {} : { email: by.address }) },
      comment: text,
      summary: title,
    },
  }),
};

type Told = Partial<Asked> & { now: string };

/** A new comment, by Alice unless told. */
export function commentBy(kind: TicketSystem, told: Told): unknown {
  const { now, ...rest } = told;
  return payloads[kind]({
    at: Date.parse(now),
    ticket: ticketOf[kind],
    text: command,
    id: 4711,
    by: { id: aliceIn[kind].id },
    closed: false,
    title: 'Checkout answers slowly – seit 12 Uhr',
    ...rest,
  });
}

/** Whatever is told, signed by its system. */
export function signed(kind: TicketSystem, payload: unknown, of: SignedBy) {
  const body = Buffer.from(JSON.stringify(payload));
  return { headers: { 'content-type': 'application/json', ...signatureHeaders(kind, body, of) }, body };
}

export const aComment = (kind: TicketSystem, told: Told & { secret?: string }) => {
  const { secret, now, id: _, ...rest } = { ...told };
  const number = told.id ?? 4711;
  return signed(kind, commentBy(kind, { ...rest, id: number, now }), {
    now,
    id: `msg_${number}_${told.at ?? ''}`,
    ...(secret === undefined ? {} : { secret }),
  });
};
