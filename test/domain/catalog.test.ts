/** The catalog: what it accepts, and how its faults are told. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readCatalog } from '#domain/catalog-file.ts';
import { canonicalRules, clusterRoleName, rulesDigest } from '#domain/cluster-role.ts';
import { InvalidInput } from '#domain/errors.ts';

const good = {
  version: 1,
  clusters: { 'payments-prod': {} },
  roles: {
    'pod-reader': {
      description: 'Read pods',
      duty: 'monitoring',
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
      clusters: ['payments-prod'],
      namespaces: ['payments'],
      maxDuration: '4h',
      reviews: { required: 1, from: ['leads'] },
    },
  },
  reviewers: { leads: { members: ['Rita@Example.com'] } },
};

function faultsOf(
  change: (catalog: typeof good) => unknown,
): { line: number; path: string; message: string }[] {
  const catalog = structuredClone(good);
  change(catalog);
  try {
    readCatalog(stringify(catalog));
  } catch (error) {
    if (error instanceof InvalidInput) return error.details.faults as ReturnType<typeof faultsOf>;
    throw error;
  }
  return [];
}

describe('a right catalog', () => {
  it('comes out with its defaults, durations in seconds and one spelling per person', () => {
    const catalog = readCatalog(stringify(good));
    expect(catalog.roles['pod-reader']?.maxDuration).toBe(14_400);
    expect(catalog.reviewers.leads?.members).toEqual(['rita@example.com']);
    expect(catalog.operators).toEqual([]);
    expect(catalog.reviewWindow).toBe(14_400);
  });
});

describe('a wrong catalog', () => {
  it.each<[string, (c: typeof good) => unknown, RegExp]>([
    [
      'a cluster that is not there',
      (c) => {
        c.roles['pod-reader'].clusters = ['nowhere'];
      },
      /No cluster "nowhere"/,
    ],
    [
      'a group that is not there (N06)',
      (c) => {
        c.roles['pod-reader'].reviews.from = ['nobody'];
      },
      /No group "nobody"/,
    ],
    [
      'a group of nobody (N06)',
      (c) => {
        c.reviewers.leads.members = [];
      },
      /./,
    ],
    [
      'more approvals than people',
      (c) => {
        c.roles['pod-reader'].reviews.required = 2;
      },
      /have 1 people/,
    ],
    [
      'no namespaces',
      (c) => {
        c.roles['pod-reader'].namespaces = [];
      },
      /./,
    ],
    [
      'a namespace of Kubernetes',
      (c) => {
        c.roles['pod-reader'].namespaces = ['kube-system'];
      },
      /belongs to Kubernetes/,
    ],
    [
      'the namespace of Curfew',
      (c) => {
        c.roles['pod-reader'].namespaces = ['curfew-system'];
      },
      /belongs to Curfew/,
    ],
    [
      'a glob for a namespace',
      (c) => {
        c.roles['pod-reader'].namespaces = ['*'];
      },
      /lower-case letters/,
    ],
    [
      'wildcard verbs',
      (c) => {
        c.roles['pod-reader'].rules[0] = { apiGroups: [''], resources: ['pods'], verbs: ['*'] };
      },
      /Wildcards/,
    ],
    [
      'a duration that is none',
      (c) => {
        c.roles['pod-reader'].maxDuration = 'long';
      },
      /such as 90s/,
    ],
    ['an unknown field', (c) => Object.assign(c.roles['pod-reader'], { maxDuraton: '1h' }), /maxDuraton/],
  ])('with %s is refused in words', (_, change, message) => {
    expect(
      faultsOf(change)
        .map((fault) => fault.message)
        .join('\n'),
    ).toMatch(message);
  });

  it('tells all its faults at once, each with its line', () => {
    const text = [
      'version: 1',
      'clusters: {}',
      'roles:',
      '  reader:',
      '    description: x',
      '    duty: none',
      '    maxDuration: long',
      '    minDuration: 1m',
      'admins: [rita@example.com]',
    ].join('\n');
    try {
      readCatalog(text, 'curfew.yaml');
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toMatch(/curfew\.yaml:6 roles\.reader\.duty/);
      expect(String(error)).toMatch(/curfew\.yaml:7 roles\.reader\.maxDuration/);
      expect(String(error)).toMatch(/curfew\.yaml:8 roles\.reader\.minDuration: Unrecognized/);
      expect(String(error)).toMatch(/curfew\.yaml:9 admins: Unrecognized/);
      expect(String(error)).toMatch(/roles\.reader\.rules/);
      expect(String(error)).toMatch(/reviewers/);
    }
  });

  it.each([
    ['not YAML', 'version: [1', /curfew\.yaml:\d+/],
    ['one key twice (N42)', 'version: 1\nversion: 1\n', /curfew\.yaml:2/],
    ['empty', '', /curfew\.yaml:1/],
    [
      'an alias bomb',
      `a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [${'*c, '.repeat(99)}*c]\n`,
      /./,
    ],
  ])('that is %s is refused with its line', (_, text, message) => {
    expect(() => readCatalog(text)).toThrow(InvalidInput);
    expect(() => readCatalog(text)).toThrow(message);
  });
});

describe('what a role can lead to', () => {
  const debugger_ = [
    'version: 1',
    'clusters: { payments-prod: {} }',
    'reviewers: { leads: { members: [rita@example.com] } }',
    'roles:',
    '  debugger:',
    '    description: Open a shell in a running pod',
    '    duty: debugging',
    '    clusters: [payments-prod]',
    '    namespaces: [payments]',
    '    maxDuration: 1h',
    '    reviews: { required: 1, from: [leads] }',
    '    rules:',
    '      - { apiGroups: [""], resources: [pods], verbs: [get] }',
    '      - { apiGroups: [""], resources: [pods/exec], verbs: [create] }',
  ].join('\n');
  const accepting = (...ids: string[]) =>
    `${debugger_}\n    accepts:\n${ids.map((id) => `      - { escalation: ${id}, reason: A shell is what it is for. }`).join('\n')}`;

  it('is refused unless it is accepted: by line, with its id, what it lets one do, and both ways out', () => {
    const [line = ''] = String(messageOf(debugger_)).split('\n').slice(1);
    expect(line).toContain(
      'curfew.yaml:14 roles.debugger.rules.1: E17-exec (high): by "create pods/exec" it can',
    );
    expect(line).toContain('run commands inside running pods.');
    expect(line).toContain('Narrow the rules, or accept it with { escalation: E17-exec, reason: ... }');
  });

  it('is taken with a reason', () => {
    const role = readCatalog(accepting('E17-exec')).roles.debugger;
    expect(role?.accepts).toEqual([{ escalation: 'E17-exec', reason: 'A shell is what it is for.' }]);
  });

  it.each([
    [
      'that the rules do not allow',
      ['E17-exec', 'E08-get-secrets'],
      /:17 .*accepts\.1\.escalation: The rules don't allow E08-get-secrets/,
    ],
    [
      'that is known by no such name',
      ['E17-shell'],
      /:16 .*accepts\.0\.escalation: No escalation "E17-shell" is known/,
    ],
    ['twice', ['E17-exec', 'E17-exec'], /:17 .*accepts\.1\.escalation: E17-exec is accepted twice/],
  ])('may not accept something %s', (_, ids, message) => {
    expect(messageOf(accepting(...ids))).toMatch(message);
  });

  it('is not accepted by accepting something else', () => {
    const both = accepting('E17-exec').replace('resources: [pods]', 'resources: [pods, secrets]');
    expect(messageOf(both)).toMatch(/:13 .*E08-get-secrets \(high\)/);
  });

  it('never includes a wildcard, whatever is accepted', () => {
    const wild = debugger_.replace('[create]', '["*"]');
    expect(messageOf(wild)).toMatch(/:14 .*Wildcards grant/);
    expect(messageOf(wild)).not.toMatch(/E01-wildcard/);
  });

  it('never includes acting as others, whatever is accepted: no fence would see who it really is', () => {
    const acting = accepting('E17-exec', 'E06-impersonate-service-accounts').replace(
      'resources: [pods/exec], verbs: [create]',
      'resources: [pods/exec, serviceaccounts], verbs: [create, impersonate]',
    );
    expect(messageOf(acting)).toMatch(/:14 .*E06-impersonate-service-accounts .*That can't be accepted/);
  });

  it('changes nothing of what is granted: the digest is of the rules alone', () => {
    const [role, other] = [accepting('E17-exec'), accepting('E17-exec').replace('A shell', 'Something')].map(
      (text) => readCatalog(text).roles.debugger,
    );
    expect(rulesDigest(role?.rules ?? [])).toBe(rulesDigest(other?.rules ?? []));
  });

  function messageOf(text: string): string {
    try {
      readCatalog(text);
    } catch (error) {
      if (error instanceof InvalidInput) return error.message;
      throw error;
    }
    return '';
  }
});

describe("a role's name in the cluster", () => {
  const rules = [{ apiGroups: [''], resources: ['pods', 'services'], verbs: ['list', 'get'] }];
  it('is the same for rules that mean the same, and another for any other', () => {
    const same = [{ apiGroups: [''], resources: ['services', 'pods'], verbs: ['get', 'list', 'get'] }];
    const wider = [{ apiGroups: [''], resources: ['services', 'pods'], verbs: ['get', 'list', 'watch'] }];
    expect(clusterRoleName('r', same)).toBe(clusterRoleName('r', rules));
    expect(clusterRoleName('r', wider)).not.toBe(clusterRoleName('r', rules));
    expect(clusterRoleName('r', rules)).toMatch(/^curfew:r:[0-9a-f]{8}$/);
    expect(rulesDigest(canonicalRules(rules))).toBe(rulesDigest(rules));
  });
});
