/** Which role is proposed for what was refused: the narrowest that allows it, where it is needed. */
import { describe, expect, it } from 'vitest';
import type { CatalogView } from '#http/routes/catalog.ts';
import { suggest } from '../../../cli/suggesting/suggest.ts';
import { aCaller } from '../../builders/caller.ts';
import { aCatalog } from '../../builders/catalog.ts';
import { aWorld } from '../../builders/world.ts';
import { aDoor } from '../../http/signed-call.ts';

const reader = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] };

/** The sample catalog with more roles that allow the same. */
async function view(): Promise<CatalogView> {
  const catalog = aCatalog(({ roles }) => {
    const { 'pod-reader': podReader } = roles;
    if (!podReader?.rules) throw new Error('The sample catalog has a pod-reader.');
    const like = (rules: typeof podReader.rules, more: object = {}) => ({
      ...podReader,
      rules,
      accepts: [],
      ...more,
    });
    roles['pod-lister'] = like([{ ...reader, verbs: ['list'] }], {
      clusters: ['payments-prod'],
      namespaces: ['payments'],
    });
    roles['one-pod'] = like([{ ...reader, verbs: ['get'], resourceNames: ['web-1'] }]);
    roles['a-shell'] = like([reader, { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }]);
    roles['all-of-it'] = like([{ ...reader, resources: ['pods', 'services', 'configmaps', 'events'] }]);
  });
  const response = await aDoor(aWorld({ catalog })).get('/v1/catalog', aCaller('alice'));
  return response.json() as Promise<CatalogView>;
}
const catalog = await view();

const call = (verb: string, resource: string, more: object = {}) => ({
  verb,
  resource,
  apiGroup: '',
  namespace: 'payments',
  ...more,
});
const named = (calls: Parameters<typeof suggest>[0], wanted: Parameters<typeof suggest>[2] = {}) =>
  suggest(calls, catalog, wanted).suggestions.map(({ role, namespaces, clusters }) => [
    role.name,
    namespaces.join(),
    clusters.join(),
  ]);

describe('what is proposed', () => {
  it('is the narrowest role', () => {
    expect(named([call('list', 'pods')])).toEqual([['pod-lister', 'payments', 'payments-prod']]);
    expect(named([call('watch', 'pods')])).toEqual([
      ['pod-reader', 'payments', 'payments-prod,payments-test'],
    ]);
  });

  it('is held to the object, where a role is', () => {
    expect(named([call('get', 'pods', { name: 'web-1' })])[0]?.[0]).toBe('one-pod');
    expect(named([call('get', 'pods', { name: 'web-2' })])[0]?.[0]).toBe('pod-reader');
  });

  it('leads to as little as can be, even if it lists more', () => {
    // The shell lists three verbs on one kind, and can run commands.
    expect(named([call('get', 'configmaps'), call('watch', 'pods')])[0]?.[0]).toBe('all-of-it');
    expect(named([call('create', 'pods/exec', { name: 'web-1' })])[0]?.[0]).toBe('a-shell');
  });

  it('is for the namespace and the cluster where it is needed', () => {
    expect(named([call('list', 'pods', { namespace: 'checkout' })])[0]?.[0]).toBe('pod-reader');
    expect(named([call('list', 'pods')], { cluster: 'payments-test' })).toEqual([
      ['pod-reader', 'payments', 'payments-test'],
    ]);
  });

  it('is one role for all of it where there is one, else one for each', () => {
    expect(named([call('list', 'pods'), call('list', 'services')])).toEqual([
      ['pod-reader', 'payments', 'payments-prod,payments-test'],
    ]);
    const apart = [call('list', 'pods'), call('patch', 'deployments', { apiGroup: 'apps', name: 'web' })];
    expect(named(apart).map(([name]) => name)).toEqual(['pod-lister', 'deployer']);
  });
});

describe('what is named of the role', () => {
  const allowed = (...calls: Parameters<typeof suggest>[0]) =>
    suggest(calls, catalog).suggestions.map(({ allow }) => allow);

  it('is what was refused, and no more', () => {
    expect(allowed(call('get', 'pods', { name: 'web-2' }))).toEqual([['get pods/web-2']]);
    expect(
      allowed(call('list', 'pods'), call('watch', 'pods'), call('get', 'pods/log', { name: 'web-2' })),
    ).toEqual([['list,watch pods', 'get pods/log web-2']]);
    const patch = call('patch', 'deployments', { apiGroup: 'apps', name: 'web' });
    expect(allowed(patch)).toEqual([['patch deployments.apps/web']]);
  });

  it('is nothing where the role is given as a whole only', () => {
    const roles = catalog.roles.map((role) => ({ ...role, tasks: 'never' as const }));
    const [one] = suggest([call('list', 'pods')], { roles }).suggestions;
    expect(one?.allow).toEqual([]);
  });
});

describe('what can not be had', () => {
  const without = (...given: Parameters<typeof named>) =>
    suggest(given[0], catalog, given[1])
      .without.map(({ why }) => why)
      .join();

  it('is said: no role allows it', () => {
    expect(without([call('delete', 'pods')])).toMatch(/no role that can be asked for allows it/);
    expect(without([call('list', 'pods', { apiGroup: 'apps' })])).toMatch(/no role that can be asked for/);
    expect(named([call('delete', 'pods')])).toEqual([]);
  });

  it('is said with where it can be had', () => {
    const elsewhere = [call('patch', 'deployments', { apiGroup: 'apps', namespace: 'checkout' })];
    expect(without(elsewhere)).toMatch(/in checkout\. Elsewhere: deployer \(payments-prod: payments\)/);
    const there = [call('patch', 'deployments', { apiGroup: 'apps' })];
    expect(without(there, { cluster: 'payments-test' })).toMatch(/on payments-test\. Elsewhere: deployer/);
  });

  it('is what is for the whole cluster', () => {
    expect(without([{ verb: 'list', apiGroup: '', resource: 'nodes' }])).toMatch(/for the whole cluster/);
  });

  it('is a list of all namespaces, unless one is named', () => {
    const all = { verb: 'list', apiGroup: '', resource: 'pods' };
    expect(without([all])).toMatch(/all namespaces at once.*Name one with -n/);
    expect(named([all], { namespaces: ['checkout'] })).toEqual([
      ['pod-reader', 'checkout', 'payments-prod,payments-test'],
    ]);
  });

  it('does not hide what can', () => {
    const both = [call('list', 'pods'), { verb: 'list', apiGroup: '', resource: 'nodes' }];
    expect(named(both).map(([name]) => name)).toEqual(['pod-lister']);
    expect(without(both)).toMatch(/for the whole cluster/);
  });
});
