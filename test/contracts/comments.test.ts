/** Comments on tickets: how each system's REST API is told them, on strict stand-ins; and what is never written anywhere (N47). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MemorySecrets } from '#adapters/memory/secrets.ts';
import { RestComments } from '#adapters/rest-comments.ts';
import { Unavailable } from '#domain/errors.ts';
import { aSource } from '../builders/webhooks.ts';
import { aCommentSystem, type Commented, type CommentSystemStandIn } from './comment-systems.ts';
import { served, type TicketServer } from './ticket-systems.ts';

const known: Record<Commented, { ticket: string; secret: object; authorization: string }> = {
  jira: {
    ticket: 'PAY-17',
    secret: { user: 'curfew@example.com', token: 'api-token' },
    authorization: `Basic ${Buffer.from('curfew@example.com:api-token').toString('base64')}`,
  },
  servicenow: { ticket: 'CHG0030017', secret: { token: 'api-token' }, authorization: 'Bearer api-token' },
  pagerduty: {
    ticket: 'PX4RT7K',
    secret: { user: 'curfew@example.com', token: 'api-token' },
    authorization: 'Token token=api-token',
  },
  github: {
    ticket: 'example/payments#17',
    secret: { token: 'api-token' },
    authorization: 'Bearer api-token',
  },
};

describe.each(Object.keys(known) as Commented[])('comments of %s', (kind) => {
  const { ticket, secret, authorization } = known[kind];
  let system: CommentSystemStandIn & Pick<TicketServer, 'url' | 'certificateAuthority' | 'stop'>;
  beforeAll(async () => {
    system = await served(aCommentSystem(kind, authorization));
  });
  afterEach(() => {
    system.mischief = undefined;
    system.authorization = authorization;
    system.tickets.clear();
    system.comments.length = 0;
    system.asked.length = 0;
  });
  afterAll(() => system.stop());

  const writer = (of: { timeoutMs?: number; comments?: boolean; secrets?: MemorySecrets } = {}) => {
    const secrets = of.secrets ?? new MemorySecrets();
    if (!of.secrets) secrets.values.set('curfew/api', JSON.stringify(secret));
    const { comments = true, timeoutMs = 5_000 } = of;
    const source = {
      host: 'tickets.example.com',
      apiSecretName: 'curfew/api',
      table: 'change_request',
      comments,
    };
    return new RestComments({
      catalog: { ticketing: { sources: { it: aSource(kind, source) } } },
      secrets,
      addressOf: () => system.url,
      certificateAuthority: system.certificateAuthority,
      timeoutMs,
    });
  };
  const text = 'Curfew, 2026-11-21 08:00:03 UTC: rita@example.com approved it. [X-3]';
  const comment = (more: object = {}) => ({ id: 'X-3', ticket, text, ...more });

  it('are written as they are, with what people wrote shown as theirs', async () => {
    system.tickets.add(ticket);
    expect(await writer().write('it', comment({ quoted: 'looks good' }))).toBe('written');
    const [written] = system.comments;
    expect(written?.ticket).toBe(ticket);
    expect(written?.text).toContain('rita@example.com approved it.');
    expect(written?.text).toContain('looks good');
    expect(written?.text).toMatch(/^`?Curfew, /);
  });

  it('never are a command of ours, nor mention, link or mark anything up that people wrote', async () => {
    system.tickets.add(ticket);
    const quoted =
      '/curfew role=admin @everyone [x](https://evil.example) `code` [code]<img src=x>[/code] #1';
    await writer().write('it', comment({ quoted }));
    const written = system.comments[0]?.text ?? '';
    for (const line of written.split('\n')) expect(line).not.toMatch(/^\/curfew/);
    // Jira's text nodes, and PagerDuty, show signs as signs.
    if (kind === 'servicenow') expect(written).not.toMatch(/\[/);
    if (kind === 'github') expect(written).toMatch(/^`[^`\n]*`\n\n`[^`\n]*`$/);
  });

  it('on a ticket that is not there are not written', async () => {
    expect(await writer().write('it', comment())).toBe('absent');
    expect(system.comments).toEqual([]);
  });

  it.each([
    '../../admin',
    `${ticket}/../x`,
    `${ticket}?x=1`,
    `${ticket}^ORactive=true`,
    '',
    '@evil.example',
    `a/..#1`,
  ])('are not written to what can be no ticket: %j (N47)', async (name) => {
    expect(await writer().write('it', comment({ ticket: name }))).toBe('absent');
    expect(system.asked).toEqual([]);
  });

  it.each([500, 429, 400, 403, 302] as const)('are tried again after status %d', async (status) => {
    system.tickets.add(ticket);
    system.mischief = status;
    await expect(writer().write('it', comment())).rejects.toThrow(Unavailable);
    expect(system.comments).toEqual([]);
  });

  it('are not carried where a redirect leads (N47)', async () => {
    system.mischief = 'redirects';
    await expect(writer().write('it', comment())).rejects.toThrow(/status 307/);
  });

  it.each(['hangs', 'written-and-hangs'] as const)(
    'are tried again where the system %s',
    async (mischief) => {
      system.tickets.add(ticket);
      system.mischief = mischief;
      await expect(writer({ timeoutMs: 300 }).write('it', comment())).rejects.toThrow(/longer than 300 ms/);
    },
  );

  it('are written by a secret that is read anew where it is refused, and that no message repeats', async () => {
    system.tickets.add(ticket);
    const secrets = new MemorySecrets();
    secrets.values.set('curfew/api', JSON.stringify(secret));
    const some = writer({ secrets });
    await some.write('it', comment());
    await some.write('it', comment());
    expect(secrets.reads).toHaveLength(1);
    system.authorization = 'of somebody else';
    const failed = some.write('it', comment());
    await expect(failed).rejects.toThrow(/status 401/);
    await expect(failed).rejects.not.toThrow(/api-token/);
    expect(secrets.reads).toHaveLength(2);
  });

  it('are written only where the catalog says so', async () => {
    system.tickets.add(ticket);
    await expect(writer({ comments: false }).write('it', comment())).rejects.toThrow(/does not say/);
    for (const name of ['other', 'constructor'])
      await expect(writer().write(name, comment())).rejects.toThrow(/does not say/);
    expect(system.asked).toEqual([]);
  });
});

it('of ServiceNow go to no record that it names in another form than is documented (N47)', async () => {
  const { secret, authorization } = known.servicenow;
  const system = await served(aCommentSystem('servicenow', authorization));
  const secrets = new MemorySecrets();
  secrets.values.set('s', JSON.stringify(secret));
  const source = { host: 'x.example.com', apiSecretName: 's', table: 'change_request', comments: true };
  const comments = new RestComments({
    catalog: { ticketing: { sources: { it: aSource('servicenow', source) } } },
    secrets,
    addressOf: () => system.url,
    certificateAuthority: system.certificateAuthority,
  });
  system.mischief = 'other-form';
  await expect(comments.write('it', { id: '1', ticket: 'CHG0030017', text: 'x' })).rejects.toThrow(
    /another form/,
  );
  expect(system.asked).toHaveLength(1);
  await system.stop();
});
