/** By what somebody asks in a ticket, as each system tells of it: who did it, and nobody else whom the delivery names (N43). */
import { describe, expect, it } from 'vitest';
import { type TicketSystem, ticketSystems } from '#domain/catalog-ticketing.ts';
import { readSaid } from '#domain/webhooks/said.ts';
import { aliceIn, command, commentBy, jiraStatus, jiraUser, someAsks } from '../../builders/asking.ts';
import { payloadOf, ticketOf } from '../../builders/webhooks.ts';

const now = '2026-11-21T08:00:00.000Z';
// biome-ignore lint/suspicious/noExplicitAny: payloads of five systems, changed at will
type Payload = any;
type Change = (payload: Payload) => void;

const of = { asks: someAsks(), closedStates: [] as string[] };
const read = (kind: TicketSystem, payload: unknown, more: Partial<typeof of> = {}) =>
  readSaid[kind](payload, { ...of, ...more });

function changed(
  kind: TicketSystem,
  change: Change,
  told: { text?: string; closed?: boolean } = {},
): unknown {
  const payload: Payload = commentBy(kind, { now, ...told });
  change(payload);
  return payload;
}

const idOf: Record<TicketSystem, string> = {
  jira: 'comment:4711',
  github: 'comment:4711',
  pagerduty: 'note:PNOTE4711',
  servicenow: 'guid-4711',
  'standard-webhooks': 'c-4711',
};

describe.each(ticketSystems)('a new comment of %s', (kind) => {
  it('is of the one who wrote it, whoever else the delivery names', () => {
    expect(read(kind, commentBy(kind, { now }))).toEqual({
      ticket: ticketOf[kind].toUpperCase(),
      at: now,
      id: idOf[kind],
      by: { id: aliceIn[kind].id },
      summary: 'Checkout answers slowly – seit 12 Uhr',
      closed: false,
      way: { comment: command },
    });
  });

  it('that is no command asks for nothing, in whatever shape it comes', () => {
    for (const text of ['hello', 'see /curfew role=x', ' /curfew x', ''])
      expect([text, read(kind, commentBy(kind, { now, text }))]).toEqual([text, undefined]);
  });

  it('asks for nothing where the catalog has no commands', () => {
    expect(read(kind, commentBy(kind, { now }), { asks: { ...of.asks, command: false } })).toBeUndefined();
  });

  it('is no command as anything else that its system tells', () => {
    expect(read(kind, JSON.parse(payloadOf(kind, { now }).toString()))).toBeUndefined();
    for (const body of [{}, [], null, command, { comment: { body: command } }])
      expect(read(kind, body)).toBeUndefined();
  });

  if (kind !== 'pagerduty')
    it('says whether its ticket is closed', () => {
      expect(read(kind, commentBy(kind, { now, closed: true }))).toMatchObject({ closed: true });
    });
});

describe('a comment that is changed later', () => {
  it.each<[TicketSystem, Change]>([
    ['jira', (payload) => (payload.webhookEvent = 'comment_updated')],
    ['jira', (payload) => (payload.webhookEvent = 'comment_deleted')],
    ['github', (payload) => (payload.action = 'edited')],
    ['github', (payload) => (payload.action = 'deleted')],
    ['pagerduty', (payload) => (payload.event.event_type = 'incident.status_update_published')],
    ['standard-webhooks', (payload) => (payload.type = 'ticket.updated')],
  ])('asks for nothing (%s)', (kind, change) => {
    expect(read(kind, changed(kind, change))).toBeUndefined();
  });
});

describe('whom nobody vouches for', () => {
  it.each<[string, TicketSystem, Change]>([
    ['an app of Jira', 'jira', (payload) => (payload.comment.author.accountType = 'app')],
    ['a customer of a portal', 'jira', (payload) => (payload.comment.author.accountType = 'customer')],
    ['an account that is switched off', 'jira', (payload) => (payload.comment.author.active = false)],
    ['nobody', 'jira', (payload) => (payload.comment.author = null)],
    ['a bot of GitHub', 'github', (payload) => (payload.sender.type = 'Bot')],
    [
      'an app in the name of somebody',
      'github',
      (payload) => (payload.comment.performed_via_github_app = { id: 1 }),
    ],
    ['another than who wrote it', 'github', (payload) => (payload.sender.id = 8)],
    ['a service of PagerDuty', 'pagerduty', (payload) => (payload.event.agent.type = 'service_reference')],
    ['an integration of PagerDuty', 'pagerduty', (payload) => (payload.event.agent = null)],
  ])('%s is no one', (_, kind, change) => {
    const said = read(kind, changed(kind, change));
    expect(said).toMatchObject({ way: { comment: command } });
    expect(said).not.toHaveProperty('by');
  });
});

describe('a command in another shape than documented', () => {
  it.each<[TicketSystem, Change]>([
    ['jira', (payload) => delete payload.issue.key],
    ['jira', (payload) => (payload.comment.author = { name: 'alice' })],
    ['jira', (payload) => (payload.timestamp = 'now')],
    ['github', (payload) => (payload.sender.id = 'alice')],
    ['github', (payload) => delete payload.repository],
    ['pagerduty', (payload) => delete payload.event.data.incident],
    ['servicenow', (payload) => (payload.user = 'alice')],
    ['servicenow', (payload) => delete payload.event],
    ['standard-webhooks', (payload) => delete payload.data.id],
  ])('is told as such (%s)', (kind, change) => {
    expect(read(kind, changed(kind, change))).toBe('unreadable');
  });

  it('of PagerDuty, whose notes may come cut, is none that can be read', () => {
    const said = read(
      'pagerduty',
      changed('pagerduty', (payload) => (payload.event.data.trimmed = true)),
    );
    expect(said).not.toMatchObject({ way: { comment: command } });
  });

  it('on a pull request is none', () => {
    expect(
      read(
        'github',
        changed('github', (payload) => (payload.issue.pull_request = { url: 'x' })),
      ),
    ).toBeUndefined();
  });
});

const labeled = (name: string) =>
  changed('github', (payload) => {
    delete payload.comment;
    payload.action = 'labeled';
    payload.label = { id: 1, name };
    payload.issue.labels = [{ name: 'curfew-roll' }, { name }];
  });

/** An update of an issue by Alice, on which Bob has put labels and fields before. */
const updated = (items: object[], change: Change = () => {}) => {
  const payload: Payload = {
    timestamp: Date.parse(now),
    webhookEvent: 'jira:issue_updated',
    issue_event_type_name: 'issue_updated',
    user: jiraUser({ id: aliceIn.jira.id }),
    issue: {
      id: '30017',
      key: 'PAY-17',
      fields: {
        summary: 'Checkout',
        status: jiraStatus(false),
        labels: ['curfew-roll', 'curfew-look'],
        customfield_10071: { id: '1', value: 'deployer' },
        customfield_10072: [{ value: 'payments' }, { value: 'checkout' }],
        customfield_10073: '1h',
        customfield_10074: null,
      },
    },
    changelog: { id: '90017', items },
  };
  change(payload);
  return payload;
};
const labels = (from: string, to: string, more = {}) => ({
  ...{ field: 'labels', fieldtype: 'jira', fieldId: 'labels', from: null, fromString: from, to: null },
  ...{ toString: to },
  ...more,
});
const field = (fieldId: string, to: string | null) => ({
  ...{ field: 'Access', fieldtype: 'custom', fieldId, from: null, fromString: null, to: '1', toString: to },
});

describe('a label', () => {
  it('of GitHub asks as it is put on', () => {
    expect(read('github', labeled('curfew-look'))).toMatchObject({
      by: { id: '583231' },
      id: 'label:curfew-look:2026-11-21T08:00:00.000Z',
      way: { labels: ['curfew-look'] },
    });
    expect(read('github', labeled('urgent'))).toBeUndefined();
    expect(read('github', labeled('constructor'))).toBeUndefined();
  });

  it('of Jira asks as it is put on, and none that was there before', () => {
    expect(read('jira', updated([labels('curfew-roll', 'curfew-roll curfew-look urgent')]))).toMatchObject({
      by: { id: aliceIn.jira.id },
      id: 'change:90017',
      way: { labels: ['curfew-look'] },
    });
    for (const item of [
      labels('curfew-look', ''),
      labels('curfew-look', 'curfew-look urgent'),
      labels('', 'curfew-look', { fieldtype: 'custom', fieldId: 'customfield_1' }),
      field('summary', 'curfew-look'),
    ])
      expect([item, read('jira', updated([item]))]).toEqual([item, undefined]);
  });
});

describe('a field of Jira', () => {
  it('asks as the role is set, for what the others say', () => {
    expect(read('jira', updated([field('customfield_10071', 'deployer')]))).toMatchObject({
      by: { id: aliceIn.jira.id },
      way: { fields: { role: 'deployer', namespaces: 'payments,checkout', duration: '1h' } },
    });
  });

  it('asks for nothing as another is set, or the role is cleared', () => {
    for (const item of [
      field('customfield_10072', 'payments'),
      field('customfield_10071', null),
      field('customfield_10071', ''),
    ])
      expect([item, read('jira', updated([item]))]).toEqual([item, undefined]);
  });

  it('asks as an issue is made with it', () => {
    const made = updated([], (payload) => {
      payload.webhookEvent = 'jira:issue_created';
      delete payload.changelog;
      payload.issue.fields.labels = [];
    });
    expect(read('jira', made)).toMatchObject({ id: 'created', way: { fields: { role: 'deployer' } } });
    // An issue that is made says nothing of who had put what there before: it was all put there now.
    const labelled = updated([], (payload) => {
      payload.webhookEvent = 'jira:issue_created';
      payload.issue.fields.labels = ['curfew-look'];
    });
    expect(read('jira', labelled)).toMatchObject({ way: { labels: ['curfew-look'] } });
  });
});
