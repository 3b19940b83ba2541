/** Ticket systems in the catalog: what a source has to say, and what it must not (N47). */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { readCatalog } from '#domain/catalog-file.ts';
import { ticketingFaults, ticketingSchema } from '#domain/catalog-ticketing.ts';
import { liveSourceOf, sourcesOf, ticketKey } from '#domain/ticket.ts';

const jira = { kind: 'jira', tickets: 'PAY-[0-9]+' };
const looked = { ...jira, host: 'example.atlassian.net', apiSecretName: 'curfew/api', live: {} };

function faultsOf(source: object, name = 'it'): string[] {
  const parsed = z.safeParse(ticketingSchema, { sources: { [name]: source } });
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const catalog = { ...sampleCatalog(), ticketing: parsed.data };
  return ticketingFaults(catalog).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a ticket system', () => {
  it.each<[string, object]>([
    ['that is heard', { ...jira, secretName: 'curfew/webhooks/jira' }],
    ['that is looked at', looked],
    ['that is told', { ...looked, live: undefined, comments: true }],
    ['of any kind that sends webhooks', { kind: 'github', tickets: 'a/b#[0-9]+', secretName: 's' }],
    [
      'with windows in Jira',
      {
        ...looked,
        windowFields: { start: 'customfield_1', end: 'customfield_2' },
        live: { changeWindow: true },
      },
    ],
    [
      'with windows in ServiceNow',
      { ...looked, kind: 'servicenow', table: 'change_request', live: { changeWindow: true } },
    ],
  ])('%s is fine', (_, source) => {
    expect(faultsOf(source)).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['that does nothing', jira, /neither tells of tickets .* nor is it asked/],
    ['that is looked at nowhere', { ...looked, host: undefined }, /live: Say where its REST API is/],
    ['that is looked at by no secret', { ...looked, apiSecretName: undefined }, /live: Say by which secret/],
    ['that can not be looked at', { ...looked, kind: 'github' }, /Tickets of github can't be looked at/],
    [
      'that is told nowhere',
      { ...jira, comments: true, apiSecretName: 's' },
      /comments: Say where its REST API/,
    ],
    [
      'that is told by no secret',
      { ...jira, comments: true, host: 'x.example.com' },
      /comments: Say by which/,
    ],
    [
      'that can not be told',
      { ...looked, live: undefined, kind: 'standard-webhooks', comments: true },
      /Comments can be written to/,
    ],
    ['without the fields of its window', { ...looked, live: { changeWindow: true } }, /windowFields/],
    [
      'of incidents with a window',
      { ...looked, kind: 'pagerduty', live: { changeWindow: true } },
      /have no change window/,
    ],
    [
      'with a secret in place of its name',
      { ...jira, secretName: 'a secret with spaces' },
      /name of a secret/,
    ],
    [
      'with an ARN',
      { ...jira, secretName: 'arn:aws:secretsmanager:us-east-1:1:secret:x' },
      /never its value or its ARN/,
    ],
    ['with a wildcard of secrets', { ...jira, secretName: 'curfew/*' }, /name of a secret/],
    ['with tickets that are no pattern', { ...jira, secretName: 's', tickets: '[' }, /regular expression/],
    ['with a name that nobody knows', { ...jira, secretName: 's', secret: 'x' }, /secret/],
  ])('%s is a fault', (_, source, words) => {
    const faults = faultsOf(JSON.parse(JSON.stringify(source)));
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.join('\n')).toMatch(words);
  });

  it.each([
    'https://example.atlassian.net',
    'example.atlassian.net/rest',
    'example.atlassian.net:8443',
    'user@example.com',
    'localhost',
    '127.0.0.1',
    '169.254.169.254',
    '[::1]',
    '::ffff:127.0.0.1',
    '2130706433',
    '0x7f.1',
    '127.1',
    'EXAMPLE.com',
    'exämple.com',
    '-a.example.com',
    'a..b.com',
    'example.com.',
    '',
  ])('is at a name that DNS has to find, and not at %j (N47)', (host) => {
    expect(faultsOf({ ...looked, host }).join()).toMatch(/host name/);
  });

  it('has a name that fits into a path', () => {
    for (const name of ['Jira', 'a/b', 'a b', '__proto__x', ''])
      expect([name, faultsOf({ ...jira, secretName: 's' }, name).length > 0]).toEqual([name, true]);
  });

  it('that is wrong is told with its line', () => {
    const text = [
      'version: 1',
      'clusters: {}',
      'roles: {}',
      'reviewers: {}',
      'ticketing:',
      '  sources:',
      "    jira: { kind: jira, tickets: 'PAY-[0-9]+' }",
    ].join('\n');
    expect(() => readCatalog(text)).toThrow(/curfew.yaml:7 ticketing.sources.jira: It neither tells/);
  });
});

describe('the name of a ticket', () => {
  it('is one in every spelling', () => {
    for (const text of ['PAY-17', 'pay-17', ' Pay-17 ', 'ＰＡＹ-17']) expect(ticketKey(text)).toBe('PAY-17');
  });

  it('says whose it is, as a whole', () => {
    const catalog = sampleCatalog();
    catalog.ticketing = ticketingSchema.parse({
      sources: {
        heard: { ...jira, secretName: 's' },
        looked: { ...looked, tickets: '(PAY|OPS)-[0-9]+' },
      },
    });
    const names = (ticket: string) => sourcesOf(catalog, ticket).map(({ name }) => name);
    expect([
      names('pay-17'),
      names('OPS-1'),
      names('XPAY-17'),
      names('PAY-17x'),
      names('PAY-17\nOPS-1'),
    ]).toEqual([['heard', 'looked'], ['looked'], [], [], []]);
    // The one that has it looked at counts, wherever it stands.
    expect(liveSourceOf(catalog, 'PAY-17')?.name).toBe('looked');
  });
});
