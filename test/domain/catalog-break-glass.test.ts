/** What a role says about break-glass: with its defaults, or refused by line. */
import { describe, expect, it } from 'vitest';
import { readCatalog } from '#domain/catalog-file.ts';

const text = [
  'version: 1',
  'clusters: { payments-prod: {} }',
  'reviewers: { leads: { members: [rita@example.com] } }',
  'roles:',
  '  restarter:',
  '    description: Restart pods',
  '    duty: deployment',
  '    clusters: [payments-prod]',
  '    namespaces: [payments]',
  '    maxDuration: 1h',
  '    reviews: { required: 1, from: [leads] }',
  '    rules:',
  '      - { apiGroups: [""], resources: [pods], verbs: [get, delete] }',
  '    breakGlass:',
  '      maxDuration: 30m',
  '      notify: [oncall@example.com]',
  '      afterReview: { from: [leads] }',
].join('\n');

const refused = (what: string, by: string) => {
  if (!text.includes(what)) throw new Error(`The catalog of this test has no ${what}.`);
  return expect(() => readCatalog(text.replace(what, by)));
};

describe('break-glass of a role', () => {
  it('has a day for its after-review unless the catalog says otherwise', () => {
    expect(readCatalog(text).roles.restarter?.breakGlass).toEqual({
      maxDuration: 1800,
      notify: ['oncall@example.com'],
      afterReview: { from: ['leads'], within: 86_400 },
    });
  });

  it('is absent where nothing is said of it', () => {
    const without = text.slice(0, text.indexOf('    breakGlass:'));
    expect(readCatalog(without).roles.restarter?.breakGlass).toBeUndefined();
  });

  it.each<[string, string, string, RegExp]>([
    ['as long as the role', 'maxDuration: 30m', 'maxDuration: 1h', /:15 .*less than the role's 1h/],
    ['without a cap', '      maxDuration: 30m\n', '', /roles\.restarter\.breakGlass\.maxDuration/],
    ['of which nobody is told', '[oncall@example.com]', '[]', /:16 .*notify/],
    [
      'told to what is no address',
      'oncall@example.com',
      '"a@example.com, b@example.com"',
      /:16 .*Write one mail address/,
    ],
    [
      'reviewed by nobody',
      'afterReview: { from: [leads] }',
      'afterReview: { from: [] }',
      /:17 .*afterReview\.from/,
    ],
    [
      'reviewed by a group that is not there',
      'from: [leads] }',
      'from: [nobody] }',
      /:(11|17) .*No group "nobody"/,
    ],
    [
      'reviewed before it is over',
      '{ from: [leads] }',
      '{ from: [leads], within: 30m }',
      /within: It is reviewed once it is over/,
    ],
  ])('is refused %s', (_, what, by, why) => {
    const at = text.lastIndexOf(what);
    if (at < 0) throw new Error(`The catalog of this test has no ${what}.`);
    expect(() => readCatalog(text.slice(0, at) + by + text.slice(at + what.length))).toThrow(why);
  });

  it('is not for a role that reaches secrets: they can not be unread', () => {
    const secrets =
      'resources: [secrets], resourceNames: [db], verbs: [get] }\n    accepts: [{ escalation: E08-get-secrets, reason: It is what it is for. }]';
    refused('resources: [pods], verbs: [get, delete] }', secrets).toThrow(
      /:\d+ roles\.restarter\.breakGlass: What is read once/,
    );
  });
});
