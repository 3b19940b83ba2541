/** Deliveries as each ticket system documents them, in our own words and values, signed as it signs them. */
import { createHmac } from 'node:crypto';
import type { TicketSource, TicketSystem } from '#domain/catalog-ticketing.ts';
import type { Delivery } from '#domain/webhooks/delivery.ts';

/** Of at least 16 characters; that of Standard Webhooks is base64 behind its prefix. */
export const secretOf: Record<TicketSystem, string> = {
  jira: 'jira-secret-0123456789',
  servicenow: 'servicenow-secret-0123456789',
  pagerduty: 'pagerduty-secret-0123456789',
  github: 'github-secret-0123456789',
  'standard-webhooks': `whsec_${Buffer.from('standard-secret-0123456789').toString('base64')}`,
};

/** The name of a ticket there, as it stands in the payloads. */
export const ticketOf: Record<TicketSystem, string> = {
  jira: 'PAY-17',
  servicenow: 'INC0010017',
  pagerduty: 'PX4RT7K',
  github: 'example/payments#17',
  'standard-webhooks': 'OPS-17',
};

export const patternOf: Record<TicketSystem, string> = {
  jira: 'PAY-[0-9]+',
  servicenow: '(CHG|INC)[0-9]{7}',
  pagerduty: '[PQ][A-Z0-9]{6,13}',
  github: 'example/payments#[0-9]+',
  'standard-webhooks': 'OPS-[0-9]+',
};

export const secretNameOf = (kind: TicketSystem) => `curfew/webhooks/${kind}`;

export function aSource(kind: TicketSystem, more: Partial<TicketSource> = {}): TicketSource {
  return {
    kind,
    tickets: patternOf[kind],
    secretName: secretNameOf(kind),
    closedStates: [],
    comments: false,
    table: 'task',
    ...more,
  };
}

interface Told {
  closed: boolean;
  /** Epoch milliseconds. */
  at: number;
  ticket: string;
}

const payloads: Record<TicketSystem, (told: Told) => unknown> = {
  jira: ({ closed, at, ticket }) => ({
    timestamp: at,
    webhookEvent: 'jira:issue_updated',
    issue_event_type_name: 'issue_generic',
    user: { accountId: '70121:5c1d-lena', displayName: 'Lena', active: true, accountType: 'atlassian' },
    issue: {
      id: '30017',
      key: ticket,
      self: 'https://example.atlassian.net/rest/api/2/issue/30017',
      fields: {
        summary: 'Checkout answers slowly – seit 12 Uhr',
        status: closed
          ? { id: '5', name: 'Done', statusCategory: { id: 3, key: 'done', name: 'Done' } }
          : {
              id: '3',
              name: 'In Progress',
              statusCategory: { id: 4, key: 'indeterminate', name: 'In Progress' },
            },
        assignee: null,
      },
    },
    changelog: { id: '90017', items: [{ field: 'status', fieldtype: 'jira', to: '5' }] },
  }),
  servicenow: ({ closed, at, ticket }) => ({
    event: `8f1c2b7e${at}`,
    table: 'incident',
    number: ticket,
    active: !closed,
    state: closed ? 'Closed' : 'In Progress',
    at: new Date(at).toISOString(),
  }),
  pagerduty: ({ closed, at, ticket }) => ({
    event: {
      id: `01EVENT${at}`,
      event_type: closed ? 'incident.resolved' : 'incident.acknowledged',
      resource_type: 'incident',
      occurred_at: new Date(at).toISOString(),
      agent: { id: 'PLENA01', type: 'user_reference', summary: 'Lena' },
      client: null,
      data: {
        id: ticket,
        type: 'incident',
        number: 17,
        status: closed ? 'resolved' : 'acknowledged',
        title: 'Checkout answers slowly',
        service: { id: 'PCHKOUT', type: 'service_reference', summary: 'Checkout' },
        assignees: [{ id: 'PLENA01', type: 'user_reference', summary: 'Lena' }],
      },
    },
  }),
  github: ({ closed, at, ticket }) => ({
    action: closed ? 'closed' : 'edited',
    issue: {
      id: 170017,
      number: Number(ticket.split('#')[1]),
      title: 'Checkout answers slowly',
      state: closed ? 'closed' : 'open',
      state_reason: closed ? 'completed' : null,
      updated_at: new Date(at).toISOString().replace('.000Z', 'Z'),
      closed_at: closed ? new Date(at).toISOString().replace('.000Z', 'Z') : null,
      user: { login: 'lena', id: 7 },
    },
    repository: { id: 42, full_name: ticket.split('#')[0] },
    sender: { login: 'lena', id: 7 },
  }),
  'standard-webhooks': ({ closed, at, ticket }) => ({
    type: 'ticket.updated',
    timestamp: new Date(at).toISOString(),
    data: { ticket, state: closed ? 'closed' : 'open' },
  }),
};

/** The body as its system writes it. */
export function payloadOf(kind: TicketSystem, told: Partial<Told> & { now: string }): Buffer {
  const { now, closed = true, at = Date.parse(now), ticket = ticketOf[kind] } = told;
  return Buffer.from(JSON.stringify(payloads[kind]({ closed, at, ticket })));
}

const hmac = (key: string | Uint8Array, ...parts: (string | Uint8Array)[]) => {
  const made = createHmac('sha256', key);
  for (const part of parts) made.update(part);
  return made;
};

/** Written a second time here, from the documentation: what proves it must not be what made it. */
export function signatureHeaders(
  kind: TicketSystem,
  body: Uint8Array,
  { now, secret = secretOf[kind], id = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' }: SignedBy,
): Record<string, string> {
  const seconds = String(Math.floor(Date.parse(now) / 1000));
  switch (kind) {
    case 'jira':
      return {
        'x-hub-signature': `sha256=${hmac(secret, body).digest('hex')}`,
        'x-atlassian-webhook-identifier': 'a1-b2-c3',
      };
    case 'github':
      return {
        'x-hub-signature-256': `sha256=${hmac(secret, body).digest('hex')}`,
        'x-github-event': 'issues',
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      };
    case 'pagerduty':
      return { 'x-pagerduty-signature': `v1=${hmac(secret, body).digest('hex')}`, 'x-webhook-id': 'w-17' };
    case 'servicenow':
      return {
        'x-curfew-timestamp': seconds,
        'x-curfew-signature': `v1=${hmac(secret, `${seconds}.`, body).digest('base64')}`,
      };
    case 'standard-webhooks': {
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      return {
        'webhook-id': id,
        'webhook-timestamp': seconds,
        'webhook-signature': `v1,${hmac(key, `${id}.${seconds}.`, body).digest('base64')}`,
      };
    }
  }
}

export interface SignedBy {
  /** When it is signed. */
  now: string;
  secret?: string;
  /** Of Standard Webhooks. */
  id?: string;
}

export function aDelivery(
  kind: TicketSystem,
  of: Partial<Told> & SignedBy,
): Delivery & { headers: Record<string, string> } {
  const body = payloadOf(kind, of);
  return { headers: { 'content-type': 'application/json', ...signatureHeaders(kind, body, of) }, body };
}
