/** Roles that are ClusterRoles of the clusters: what the catalog says of them, and what they are held to. */
import { describe, expect, it } from 'vitest';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { type Catalog, catalogSchema, type PolicyRule } from '#domain/catalog.ts';
import { allowsNoMore } from '#domain/foreign-role.ts';
import { offerViewer, reads } from '../builders/foreign-role.ts';
import { decided, type Wanted } from '../builders/question.ts';

/** As it is written in the file. */
const written = (changes: object = {}) => ({
  version: 1,
  clusters: { prod: {} },
  roles: {
    viewer: {
      description: 'See what is there.',
      duty: 'monitoring',
      clusterRole: 'view',
      clusters: ['prod'],
      namespaces: ['payments'],
      maxDuration: '1h',
      reviews: { required: 1, from: ['leads'] },
      ...changes,
    },
  },
  reviewers: { leads: { members: ['rita@example.com'] } },
});
const faultsOf = (changes: object) =>
  catalogSchema
    .safeParse(written(changes))
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('in the catalog, a role', () => {
  it('may be the name of a ClusterRole instead of rules', () => {
    const role = catalogSchema.parse(written()).roles.viewer;
    expect(role).toMatchObject({ clusterRole: 'view' });
    expect(role).not.toHaveProperty('rules');
  });

  it.each<[string, object, RegExp]>([
    ['both', { rules: [reads('pods')] }, /^roles.viewer.rules: Say once/],
    [
      'only had in parts',
      { tasks: 'only' },
      /^roles.viewer.tasks: The clusters' own ClusterRoles are given as they/,
    ],
    ['neither', { clusterRole: undefined }, /^roles.viewer.rules: Say once/],
    ['one of ours', { clusterRole: 'curfew:viewer:01234567' }, /belong to Curfew/],
    ['one of the broker', { clusterRole: 'curfew-system:bind-role' }, /belong to Curfew/],
    [
      'one of Kubernetes itself',
      { clusterRole: 'system:aggregate-to-view' },
      /belong to Curfew and Kubernetes/,
    ],
    ['no name', { clusterRole: '' }, /Write the name/],
    ['a path', { clusterRole: '../view' }, /Write the name/],
    ['a pattern', { clusterRole: '*' }, /Write the name/],
  ])('is not %s', (_, changes, told) => expect(faultsOf(changes)?.join('\n')).toMatch(told));

  it('may accept what is not known yet', () => {
    const accepts = [{ escalation: 'E17-exec', reason: 'On-call looks inside.' }];
    expect(faultsOf({ accepts })).toBeUndefined();
  });
});

const exec: PolicyRule = { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] };
const secret: PolicyRule = { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['db'] };

function asked(surveyed: Wanted['surveyed'], changes: object = {}, more: Wanted = {}) {
  const rules = typeof surveyed === 'object' && 'rules' in surveyed ? surveyed.rules : [];
  return decided({
    catalog: (catalog: Catalog) => offerViewer(catalog, changes),
    asked: { role: 'viewer' },
    rules,
    ...(surveyed === undefined ? {} : { surveyed }),
    ...more,
  });
}

describe('what is asked of a ClusterRole that is not ours', () => {
  it('is decided as of any other role, where it allows nothing that is not accepted', () => {
    expect(asked({ rules: [reads('pods')] })).toMatchObject({ outcome: 'review', matched: ['role:viewer'] });
  });

  it.each<[string, Wanted['surveyed'], RegExp]>([
    ['it is not known what it allows', undefined, /is not known/],
    ['it is not there', 'absent', /has no ClusterRole "view"/],
    ['it can not be judged', { unfit: 'it has 900 rules' }, /it has 900 rules/],
    [
      'it can escalate',
      { rules: [reads('pods'), exec] },
      /can run commands inside .*does not accept \(E17-exec, high\)/,
    ],
    ['it holds a wildcard', { rules: [{ ...reads('pods'), verbs: ['*'] }] }, /E01-wildcard/],
    [
      'it lets one act as somebody else',
      { rules: [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] }] },
      /impersonate/,
    ],
  ])('is refused where %s', (_, surveyed, reason) => {
    const { outcome, matched, reasons } = asked(surveyed);
    expect(outcome).toBe('refuse');
    expect(matched).toEqual(['foreign-role']);
    expect(reasons.join('\n')).toMatch(reason);
  });

  const accepts = (escalation: string) => ({ accepts: [{ escalation, reason: 'On-call looks inside.' }] });

  it('may be had where the catalog accepts by name what it can lead to, and its duty is the right one', () => {
    const duty = { duty: 'debugging' };
    expect(asked({ rules: [exec] }, { ...duty, ...accepts('E17-exec') }).outcome).toBe('review');
    expect(asked({ rules: [exec] }, accepts('E17-exec')).reasons.join()).toMatch(/duty debugging/);
    const alone = { ...duty, ...accepts('E17-exec'), reviews: [{ count: 0, from: [] }] };
    expect(asked({ rules: [exec] }, alone).reasons.join()).toMatch(/somebody has to approve/);
  });

  it('is never had with wildcards, whatever is accepted', () => {
    // It leads to nothing else that would have to be accepted.
    const wild = { rules: [{ apiGroups: ['example.com'], resources: ['*'], verbs: ['get'] }] };
    expect(asked(wild).reasons).toHaveLength(1);
    expect(asked(wild, accepts('E01-wildcard')).outcome).toBe('refuse');
  });

  it('keeps the boundary of secrets, and by break-glass too', () => {
    const role = { duty: 'secrets', ...accepts('E08-get-secrets') };
    expect(asked({ rules: [secret] }, role).outcome).toBe('review');
    expect(asked({ rules: [secret, reads('pods')] }, role).reasons.join()).toMatch(/holds nothing else/);
    const breakGlass = {
      maxDuration: 600,
      notify: ['a@example.com'],
      afterReview: { from: [], within: 900 },
    };
    expect(asked({ rules: [secret] }, { ...role, breakGlass }).reasons.join()).toMatch(/known for good/);
  });

  it('counts for its risk as what it allows', () => {
    const risk = (rules: PolicyRule[]) => asked({ rules }).risk.factors.map(({ name }) => name);
    expect(risk([reads('pods')])).not.toContain('changes');
    const lease = { apiGroups: [''], resources: ['events'], verbs: ['create'] };
    expect(risk([lease])).toContain('changes');
  });

  it('is not looked at where the role is for other clusters', () => {
    expect(asked(undefined, { clusters: ['payments-test'] }).matched).toEqual(['role']);
  });
});

describe('what a ClusterRole allows while it is granted', () => {
  const approved = [reads('pods'), reads('services')];
  it.each<[string, Parameters<typeof allowsNoMore>[0], boolean]>([
    ['the same', { rules: approved }, true],
    ['less', { rules: [reads('pods')] }, true],
    ['nothing, being gone', 'absent', true],
    ['more', { rules: [...approved, reads('secrets')] }, false],
    ['the same with other verbs', { rules: [{ ...reads('pods'), verbs: ['delete'] }] }, false],
    ['what can not be judged', { unfit: 'it has 900 rules' }, false],
  ])('%s', (_, surveyed, no) => expect(allowsNoMore(surveyed, approved)).toBe(no));
});

it('the sample catalog stays without one', () => {
  expect(Object.values(sampleCatalog().roles).every(({ rules }) => rules !== undefined)).toBe(true);
});
