/** Tickets: what each system's REST API is asked and how its answer is read, on strict stand-ins; and what is never asked (N47). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MemorySecrets } from '#adapters/memory/secrets.ts';
import { RestTickets } from '#adapters/rest-tickets.ts';
import type { TicketSource } from '#domain/catalog-ticketing.ts';
import { Unavailable } from '#domain/errors.ts';
import { aSource } from '../builders/webhooks.ts';
import { type KeptTicket, type LookedAt, startTicketServer, type TicketServer } from './ticket-systems.ts';

const basic = (user: string, token: string) => `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;

const known: Record<
  LookedAt,
  { ticket: string; other: string; secret: string; authorization: string; source: Partial<TicketSource> }
> = {
  jira: {
    ticket: 'PAY-17',
    other: 'PAY-404',
    secret: '{"user": "curfew@example.com", "token": "jira-token"}',
    authorization: basic('curfew@example.com', 'jira-token'),
    source: { windowFields: { start: 'customfield_10061', end: 'customfield_10062' } },
  },
  servicenow: {
    ticket: 'CHG0030017',
    other: 'CHG0030404',
    secret: '{"token": "servicenow-token"}',
    authorization: 'Bearer servicenow-token',
    source: { table: 'change_request' },
  },
  pagerduty: {
    ticket: 'PX4RT7K',
    other: 'PNOTTHR',
    secret: '{"token": "pagerduty-token"}',
    authorization: 'Token token=pagerduty-token',
    source: {},
  },
};

const window = { from: '2026-11-21T09:00:00Z', to: '2026-11-21T10:30:00Z' };
const read = { from: '2026-11-21T09:00:00.000Z', to: '2026-11-21T10:30:00.000Z' };

describe.each(Object.keys(known) as LookedAt[])('tickets of %s', (kind) => {
  const { ticket, other, secret, authorization, source } = known[kind];
  let server: TicketServer;
  let elsewhere: TicketServer;
  beforeAll(async () => {
    server = await startTicketServer(kind, authorization);
    elsewhere = await startTicketServer(kind, authorization);
  });
  afterEach(() => {
    server.mischief = undefined;
    server.authorization = authorization;
    server.tickets.clear();
    server.asked.length = 0;
  });
  afterAll(async () => {
    await server.stop();
    await elsewhere.stop();
  });

  const secrets = () => {
    const made = new MemorySecrets();
    made.values.set('curfew/api', secret);
    return made;
  };
  const hosts: string[] = [];
  const tickets = (of: { secrets?: MemorySecrets; timeoutMs?: number } = {}) =>
    new RestTickets({
      catalog: {
        ticketing: {
          sources: {
            it: aSource(kind, { ...source, host: 'tickets.example.com', apiSecretName: 'curfew/api' }),
          },
        },
      },
      secrets: of.secrets ?? secrets(),
      addressOf: (host) => {
        hosts.push(host);
        return server.url;
      },
      certificateAuthority: server.certificateAuthority,
      timeoutMs: of.timeoutMs ?? 2_000,
    });
  const kept = (more: Partial<KeptTicket> = {}) => {
    const state = kind === 'pagerduty' ? 'acknowledged' : 'Implement';
    server.tickets.set(ticket, { name: ticket, open: true, state, ...more });
  };

  it('are read, with those whom they are assigned to by names that the system vouches for', async () => {
    kept({ assignee: { id: 'ALICE01', address: 'alice@example.com' } });
    const facts = await tickets().read('it', ticket);
    expect(facts).toMatchObject({ open: true });
    expect(facts).toHaveProperty('assignees', expect.arrayContaining(['ALICE01', 'alice@example.com']));
    expect(facts).toHaveProperty('states', [kind === 'pagerduty' ? 'acknowledged' : 'Implement']);
    expect(hosts.at(-1)).toBe('tickets.example.com');
  });

  it('are of nobody where nobody has them', async () => {
    kept();
    expect(await tickets().read('it', ticket)).toHaveProperty('assignees', []);
  });

  it('are closed once their system says so', async () => {
    kept({ open: false, state: kind === 'pagerduty' ? 'resolved' : 'Done' });
    expect(await tickets().read('it', ticket)).toHaveProperty('open', false);
    kept({ state: 'Resolved' });
    expect(await tickets().read('it', ticket)).toHaveProperty('open', false);
  });

  it('have a window where their system has one', async () => {
    kept({ window });
    expect((await tickets().read('it', ticket)) as object).toEqual(
      kind === 'pagerduty'
        ? expect.not.objectContaining({ window: read })
        : expect.objectContaining({ window: read }),
    );
    kept();
    expect(await tickets().read('it', ticket)).not.toHaveProperty('window');
  });

  it('that are not there are absent, and so is one that is answered under another name', async () => {
    expect(await tickets().read('it', other)).toBe('absent');
    kept({ name: other });
    expect(await tickets().read('it', ticket)).toBe('absent');
  });

  it.each([
    '../../admin',
    `${ticket}/../../admin`,
    `${ticket}?fields=*all`,
    `${ticket}^ORactive=true`,
    `${ticket}#`,
    `${ticket} `,
    '',
    'HTTP://169.254.169.254/LATEST',
    '//EVIL.EXAMPLE.COM/PAY-17',
    '@EVIL.EXAMPLE.COM',
    '::FFFF:127.0.0.1',
    `${ticket}\r\nHOST: EVIL`,
    'ＰＡＹ-17',
  ])('are never asked for by a name that can be none: %j (N47)', async (name) => {
    expect(await tickets().read('it', name)).toBe('absent');
    expect(server.asked).toEqual([]);
  });

  it('are not looked for where a redirect leads (N47)', async () => {
    kept();
    elsewhere.tickets.set(ticket, { name: ticket, open: true, state: 'Implement' });
    for (const status of [301, 302, 303, 307, 308]) {
      server.mischief = { status, headers: { location: `${elsewhere.url}${server.asked[0] ?? '/'}` } };
      await expect(tickets().read('it', ticket)).rejects.toThrow(Unavailable);
    }
    expect(elsewhere.asked).toEqual([]);
  });

  it.each<[string, TicketServer['mischief'], RegExp]>([
    ['is broken', { status: 500, body: '{}' }, /answered with status 500/],
    ['is busy', { status: 429 }, /answered with status 429/],
    ['hangs up', 'hangs-up', /can't be reached \(ECONNRESET\)/],
    ['answers nothing', 'hangs', /took longer than 300 ms/],
    ['answers ever so slowly', 'trickles', /took longer than 300 ms/],
    ['answers with a page', { status: 200, body: '<html>Log in</html>' }, /another form/],
    ['answers with nothing', { status: 200, body: '' }, /another form/],
    [
      'answers with something else',
      { status: 200, body: '{"incident": {}, "fields": [], "result": [{}]}' },
      /another form/,
    ],
    ['answers without an end', { status: 200, body: ' '.repeat(300 * 1024) }, /more than 256 KiB/],
    ['answers with another success', { status: 202, body: '{}' }, /status 202/],
  ])('can not be known where their system %s', async (_, mischief, words) => {
    kept();
    server.mischief = mischief;
    const never = mischief === 'hangs' || mischief === 'trickles';
    const failed = tickets({ timeoutMs: never ? 300 : 20_000 }).read('it', ticket);
    await expect(failed).rejects.toThrow(Unavailable);
    await expect(failed).rejects.toThrow(words);
  });

  it('are asked for by a secret that is read once, and anew where it is refused', async () => {
    kept();
    const known = secrets();
    const some = tickets({ secrets: known });
    await some.read('it', ticket);
    await some.read('it', ticket);
    expect(known.reads).toHaveLength(1);
    server.authorization = server.authorization.replace(/.{3}$/, 'NEW');
    await expect(some.read('it', ticket)).rejects.toThrow(/status 401/);
    const value = kind === 'jira' ? `${'jira-token'.slice(0, -3)}NEW` : `${kind}-tokNEW`;
    server.authorization =
      kind === 'jira' ? basic('curfew@example.com', value) : authorization.replace(`${kind}-token`, value);
    known.values.set('curfew/api', secret.replace(/[a-z]+-token/, value));
    expect(await some.read('it', ticket)).toHaveProperty('open', true);
  });

  it.each([
    undefined,
    '',
    'token',
    '{"password": "x"}',
    '{"token": ""}',
    '{"token": "x", "url": "https://evil"}',
  ])('are not asked for by a secret such as %j, which no message repeats', async (value) => {
    const some = new MemorySecrets();
    if (value !== undefined) some.values.set('curfew/api', value);
    const failed = tickets({ secrets: some }).read('it', ticket);
    await expect(failed).rejects.toThrow(/ecret curfew\/api/);
    await expect(failed).rejects.not.toThrow(/evil|password/);
    expect(server.asked).toEqual([]);
  });

  it('are not asked for where the certificate is of somebody else', async () => {
    kept();
    const wrong = new RestTickets({
      catalog: {
        ticketing: { sources: { it: aSource(kind, { host: 'h.example.com', apiSecretName: 'curfew/api' }) } },
      },
      secrets: secrets(),
      addressOf: () => server.url,
      certificateAuthority: elsewhere.certificateAuthority,
    });
    await expect(wrong.read('it', ticket)).rejects.toThrow(/can't be reached/);
    expect(server.asked).toEqual([]);
  });

  it('of a source that the catalog does not list are of nobody', async () => {
    for (const name of ['other', 'constructor'])
      await expect(tickets().read(name, ticket)).rejects.toThrow(/does not say how to ask/);
  });
});

describe('whom a ticket of Jira is assigned to', () => {
  let server: TicketServer;
  beforeAll(async () => {
    server = await startTicketServer('jira', known.jira.authorization);
  });
  afterAll(() => server.stop());

  it.each([
    ['a portal customer, who chooses their address', { customer: true }],
    ['an account that is not active', { inactive: true }],
  ])('is nobody where it is %s (N41)', async (_, more) => {
    const secrets = new MemorySecrets();
    secrets.values.set('curfew/api', known.jira.secret);
    server.tickets.set('PAY-17', {
      name: 'PAY-17',
      open: true,
      state: 'Implement',
      assignee: { id: 'a', address: 'alice@example.com', ...more },
    });
    const tickets = new RestTickets({
      catalog: {
        ticketing: {
          sources: { it: aSource('jira', { host: 'h.example.com', apiSecretName: 'curfew/api' }) },
        },
      },
      secrets,
      addressOf: () => server.url,
      certificateAuthority: server.certificateAuthority,
    });
    expect(await tickets.read('it', 'PAY-17')).toHaveProperty('assignees', []);
  });
});
