/** Tickets that are looked at for real: by the deployed stack, at the host that the catalog names, before access is given. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '#local/cloud.ts';
import { createSecret } from '#local/emulator/secrets.ts';
import { silentProgress } from '#local/progress.ts';
import { aTicketSystem, type KeptTicket } from '../contracts/ticket-systems.ts';
import { type NamedHosts, startNamedHosts } from '../local/named-hosts.ts';
import { factsOf } from './cloud.ts';
import { accessEntry, bindingsOf } from './insight.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { approveByMail, ask, askArgs, getAccess, mayGet, untilStatus } from './steps.ts';

const host = 'example.atlassian.net';
const jira = aTicketSystem(
  'jira',
  `Basic ${Buffer.from('curfew@example.com:jira-token').toString('base64')}`,
);
let dir: string;
let hosts: NamedHosts;
let cloud: LocalCloud;
/** Is refused whatever she asks for. */
let tilda: E2ePerson;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-tickets-'));
  hosts = await startNamedHosts(dir, { [host]: jira.answer });
  cloud = await startLocalCloud({
    progress: silentProgress(),
    company: { catalog: 'test/e2e/outside/curfew.yaml', cluster: 'payments-prod', role: 'debugger' },
    functionEnv: hosts.env,
  });
  const { emulator } = cloud;
  await createSecret(
    emulator.url,
    'curfew/api/jira',
    '{"user": "curfew@example.com", "token": "jira-token"}',
  );
  tilda = await someone('tilda');
});
afterAll(async () => {
  await Promise.all([cloud?.stop(), hosts?.close()]);
  await rm(dir, { recursive: true, force: true });
});
afterEach(() => {
  jira.mischief = undefined;
});

const someone = (name: string) => aPerson(name, { cloud: factsOf(cloud) });

/** As it is in Jira: in progress, and theirs, unless told. */
function kept(name: string, { session }: E2ePerson, more: Partial<KeptTicket> = {}): string {
  const assignee = { id: '70121:5c1d0f', address: session };
  jira.tickets.set(name, { name, open: true, state: 'In Progress', assignee, ...more });
  return name;
}

const asking = (person: E2ePerson, ticket: string, ...more: string[]) =>
  person.terminal.run('curfew', [
    'request',
    ...askArgs(person, { role: 'debugger', duration: '25s', ticket }),
    ...more,
  ]);

async function expectNothing({ cloud: facts, role }: E2ePerson, id: string): Promise<void> {
  expect(await bindingsOf(facts, id)).toEqual([]);
  expect(await accessEntry(facts, role.arn)).toBeUndefined();
}

describe('a ticket that is looked at', () => {
  test('open and assigned to the one who asks, gives access', async () => {
    const tess = await someone('tess');
    const ticket = kept('PAY-31', tess);
    const { id } = await getAccess(tess, { role: 'debugger', ticket });
    expect(await mayGet(tess)).toBe('yes');
    const looked = hosts.asked.filter((url) => url.startsWith(`https://${host}/rest/api/3/issue/PAY-31?`));
    // When it was asked for, and again right before it was given.
    expect(looked.length).toBeGreaterThanOrEqual(2);
    await untilNothingStands(tess, id, 'revoked');
  });

  test.for<[how: string, more: Partial<KeptTicket>, words: string]>([
    [
      'assigned to somebody else',
      { assignee: { id: 'x', address: 'tom@example.com' } },
      'not assigned to you',
    ],
    ['assigned to nobody', { assignee: undefined as never }, 'not assigned to you'],
    ['closed', { open: false, state: 'Done' }, 'Ticket PAY-32 is not open: it is Done'],
    ['in another state', { state: 'Waiting' }, 'has to be In Progress'],
    ['moved away', { name: 'OTHER-1' }, 'There is no ticket PAY-32 in jira'],
  ])('%s, gives none, and says why', async ([, more, words]) => {
    kept('PAY-32', tilda, more);
    expect(await asking(tilda, 'PAY-32')).toMatchObject({ code: 5, stderr: expect.stringContaining(words) });
    expect(await mayGet(tilda)).not.toBe('yes');
  });

  test('closed between its approval and the grant, gives none', async () => {
    const timo = await someone('timo');
    const ticket = kept('PAY-33', timo);
    const { id } = await ask(timo, { role: 'debugger', ticket });
    kept('PAY-33', timo, { open: false, state: 'Done' });
    await approveByMail(timo.cloud, id);
    const { request } = await untilStatus(timo, id, 'denied');
    expect(request.history.at(-1)).toMatchObject({
      reason: expect.stringContaining('Ticket PAY-33 is not open'),
    });
    await expectNothing(timo, id);
  });
});

describe('a ticket system', () => {
  test.for<[how: string, mischief: typeof jira.mischief]>([
    ['is down', 'hangs-up'],
    ['is broken', { status: 500 }],
    ['sends elsewhere', { status: 302, headers: { location: 'https://evil.example.com/' } }],
    ['hangs', 'hangs'],
  ])('that %s, refuses access in words', async ([, mischief]) => {
    kept('PAY-34', tilda);
    jira.mischief = mischief;
    expect(await asking(tilda, 'PAY-34')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Ticket PAY-34 could not be looked at'),
    });
    expect(await mayGet(tilda)).not.toBe('yes');
    expect(hosts.refused).toEqual([]);
  });

  test('that is down, does not stop an emergency, whose record says that nothing was checked', async () => {
    const tove = await someone('tove');
    kept('PAY-35', tove);
    jira.mischief = 'hangs-up';
    expect(await asking(tove, 'PAY-35', '--break-glass', '--yes')).toMatchObject({ code: 0 });
    expect(await mayGet(tove)).toBe('yes');
    const [request] = (await tove.api.list({ scope: 'mine', limit: 1 })).items;
    expect(request?.decision.reasons.join('\n')).toContain(
      'NOT CHECKED: Ticket PAY-35 could not be looked at',
    );
    await untilNothingStands(tove, request?.id ?? '', 'revoked');
  });
});
