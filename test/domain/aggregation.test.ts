/** What a ClusterRole that isn't ours comes to, with those that it takes over. */
import { describe, expect, it } from 'vitest';
import { allowedBy, type FoundClusterRole, type LabelSelector } from '#domain/aggregation.ts';
import { rulesDigest } from '#domain/cluster-role.ts';

const gets = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
const role = (name: string, more: Partial<FoundClusterRole> = {}): FoundClusterRole => ({
  name,
  labels: {},
  rules: [],
  selectors: [],
  ...more,
});
const by = (label: string): LabelSelector => ({ matchLabels: { [label]: 'true' } });
const rulesOf = (all: FoundClusterRole[], name = 'view') => {
  const found = allowedBy(name, all);
  if (typeof found === 'string' || 'unfit' in found) throw new Error(JSON.stringify(found));
  return found.rules;
};
const resourcesOf = (all: FoundClusterRole[]) => rulesOf(all).flatMap(({ resources }) => resources);

const part = role('part', { labels: { view: 'true' }, rules: [gets('pods')] });

describe('what a ClusterRole allows', () => {
  it('is its own rules, and those of all that its labels choose', () => {
    const view = role('view', { rules: [gets('services')], selectors: [by('view')] });
    const other = role('other', { labels: { edit: 'true' }, rules: [gets('secrets')] });
    expect(resourcesOf([view, part, other])).toEqual(['pods', 'services']);
  });

  it('is the same whether a controller has filled it in or not, and in whatever order', () => {
    const filled = role('view', { rules: part.rules, selectors: [by('view')] });
    const digests = [
      [role('view', { selectors: [by('view')] }), part],
      [filled, part],
      [part, filled],
    ].map((all) => rulesDigest(rulesOf(all)));
    expect(new Set(digests).size).toBe(1);
  });

  it('is never less than what either says: a controller may come late, or have been there too early', () => {
    const stale = role('view', { rules: [gets('secrets')], selectors: [by('view')] });
    expect(resourcesOf([stale, part])).toEqual(['pods', 'secrets']);
  });

  it('goes through what is taken over itself, in circles too', () => {
    const view = role('view', { selectors: [by('edit')] });
    const edit = role('edit', { labels: { edit: 'true', view: 'true' }, selectors: [by('view')] });
    expect(resourcesOf([view, edit, part])).toEqual(['pods']);
  });

  it.each<[string, LabelSelector, boolean]>([
    ['no condition', {}, true],
    ['a label of another value', { matchLabels: { view: 'false' } }, false],
    ['one of two labels', { matchLabels: { view: 'true', edit: 'true' } }, false],
    ['In', { matchExpressions: [{ key: 'view', operator: 'In', values: ['true'] }] }, true],
    ['In, of others', { matchExpressions: [{ key: 'view', operator: 'In', values: ['no'] }] }, false],
    ['NotIn', { matchExpressions: [{ key: 'view', operator: 'NotIn', values: ['true'] }] }, false],
    [
      'NotIn, without the label',
      { matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['y'] }] },
      true,
    ],
    ['Exists', { matchExpressions: [{ key: 'view', operator: 'Exists' }] }, true],
    ['DoesNotExist', { matchExpressions: [{ key: 'view', operator: 'DoesNotExist' }] }, false],
    ['a name of Object itself', { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, false],
  ])('is chosen as Kubernetes chooses: by %s', (_, selector, chosen) => {
    const all = [role('view', { rules: [gets('services')], selectors: [selector] }), part];
    expect(resourcesOf(all).includes('pods')).toBe(chosen);
  });

  it.each(['Sounds', 'toString'])('can not be judged where the operator %s chooses', (operator) => {
    const selectors = [{ matchExpressions: [{ key: 'view', operator }] }];
    expect(allowedBy('view', [role('view', { selectors }), part])).toHaveProperty('unfit');
  });

  it('is told as absent, where there is none', () => {
    expect(allowedBy('view', [part])).toBe('absent');
  });

  it('leaves out what a RoleBinding never gives, and keeps that no name means every name', () => {
    const rules = [
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
      { ...gets('pods'), verbs: [] },
      { ...gets('pods'), apiGroups: [] },
      { ...gets('services'), resourceNames: [] },
      { ...gets('endpoints'), resourceNames: ['web'] },
    ];
    expect(rulesOf([role('view', { rules })])).toEqual([
      { ...gets('endpoints'), resourceNames: ['web'] },
      gets('services'),
    ]);
    expect(allowedBy('view', [role('view', { rules: rules.slice(0, 3) })])).toHaveProperty('unfit');
  });

  it('can not be judged where it is more than anybody reads', () => {
    const rules = Array.from({ length: 401 }, (_, i) => gets(`kind${i}`));
    expect(allowedBy('view', [role('view', { rules })])).toHaveProperty('unfit');
    expect(allowedBy('view', [role('view', { rules: rules.slice(1) })])).toHaveProperty('rules');
    const names = Array.from({ length: 10_000 }, (_, i) => `the-name-${i}`);
    expect(
      allowedBy('view', [role('view', { rules: [{ ...gets('pods'), resourceNames: names }] })]),
    ).toHaveProperty('unfit');
  });
});
