/** What a proven delivery says about its ticket. */
import { describe, expect, it } from 'vitest';
import { type TicketSystem, ticketSystems } from '#domain/catalog-ticketing.ts';
import { readEvent } from '#domain/webhooks/ticket-event.ts';
import { payloadOf, ticketOf } from '../../builders/webhooks.ts';

const now = '2026-11-21T08:00:00.000Z';
// biome-ignore lint/suspicious/noExplicitAny: payloads of five systems, changed at will
type Payload = any;

function read(
  kind: TicketSystem,
  { closed = true, change }: { closed?: boolean; change?: (payload: Payload) => void },
  closedStates: string[] = [],
) {
  const payload: Payload = JSON.parse(payloadOf(kind, { now, closed }).toString());
  change?.(payload);
  return readEvent[kind](payload, { closedStates });
}

describe.each(ticketSystems)('%s', (kind) => {
  it('tells which ticket is closed, and since when', () => {
    expect(read(kind, {})).toEqual({ ticket: ticketOf[kind].toUpperCase(), closed: true, at: now });
  });

  it('tells of one that is open that it is', () => {
    expect(read(kind, { closed: false })).toMatchObject({ closed: false });
  });

  it('tells of other things, which are passed over', () => {
    for (const body of [{}, [], null, 'text', 17, { type: 'invoice.paid' }, { zen: 'Keep it simple.' }])
      expect(readEvent[kind](body, { closedStates: [] })).toBeUndefined();
  });
});

describe('a ticket', () => {
  const state: Record<TicketSystem, (payload: Payload, name: string) => void> = {
    jira: (payload, name) => {
      payload.issue.fields.status.name = name;
    },
    servicenow: (payload, name) => {
      payload.state = name;
    },
    pagerduty: (payload, name) => {
      payload.event.data.status = name;
    },
    github: (payload, name) => {
      payload.issue.state = name;
    },
    'standard-webhooks': (payload, name) => {
      payload.data.state = name;
    },
  };

  it.each(ticketSystems)('of %s is closed as well where it is resolved or cancelled', (kind) => {
    for (const name of ['Resolved', 'closed', 'Canceled', 'CANCELLED', 'Closed Complete'])
      expect([
        name,
        read(kind, { closed: false, change: (payload) => state[kind](payload, name) }),
      ]).toMatchObject([name, { closed: true }]);
    for (const name of ['Reopened', 'Not closed', 'Waiting'])
      expect([
        name,
        read(kind, { closed: false, change: (payload) => state[kind](payload, name) }),
      ]).toMatchObject([name, { closed: false }]);
  });

  it.each(ticketSystems)("of %s is closed in the catalog's own states", (kind) => {
    const change = (payload: Payload) => state[kind](payload, "Won't do");
    expect(read(kind, { closed: false, change })).toMatchObject({ closed: false });
    expect(read(kind, { closed: false, change }, ["won't do"])).toMatchObject({ closed: true });
  });

  it.each<[TicketSystem, string, (payload: Payload) => void]>([
    ['jira', 'deleted', (p) => Object.assign(p, { webhookEvent: 'jira:issue_deleted' })],
    ['github', 'deleted', (p) => Object.assign(p, { action: 'deleted' })],
    ['github', 'moved to another repository', (p) => Object.assign(p, { action: 'transferred' })],
    ['standard-webhooks', 'deleted', (p) => Object.assign(p, { type: 'ticket.deleted' })],
  ])('of %s is closed once it is %s', (kind, _, change) => {
    expect(read(kind, { closed: false, change })).toMatchObject({ closed: true });
  });

  it('of GitHub is an issue: a pull request is none', () => {
    const change = (p: Payload) => Object.assign(p.issue, { pull_request: { url: 'https://example.com' } });
    expect(read('github', { change })).toBeUndefined();
  });

  it.each<[TicketSystem, (payload: Payload) => void]>([
    ['jira', (p) => Object.assign(p.issue.fields, { status: 'Done' })],
    ['jira', (p) => Object.assign(p, { timestamp: 'now' })],
    ['servicenow', (p) => Object.assign(p, { active: 'false' })],
    ['pagerduty', (p) => Object.assign(p.event, { occurred_at: 'yesterday' })],
    ['github', (p) => Object.assign(p, { repository: null })],
    ['standard-webhooks', (p) => Object.assign(p, { data: {} })],
  ])('of %s in another shape is no ticket that is open: it is told', (kind, change) => {
    expect(read(kind, { change })).toBe('unreadable');
  });
});
