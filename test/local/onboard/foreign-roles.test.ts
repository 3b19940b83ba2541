/** Onboarding for roles that are ClusterRoles of the cluster: not made, looked at, and given only where they are no ladder. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bindRoleUser, surveyClusterUser } from '#cluster/identities.ts';
import type { Catalog } from '#domain/catalog.ts';
import { ClusterNotReady } from '#domain/errors.ts';
import { isNothing, onboard } from '../../../cli/onboard/onboard.ts';
import { intentLines } from '../../../cli/onboard/present.ts';
import { catalogOf, startTestCluster, type TestCluster } from './cluster.ts';
import { clear, fail, names, rbac, refusal, rightsOf, run, silent, standingGrant } from './looks.ts';

/** The API server learns of rights a moment after they are written. */
const soon = { timeout: 20_000 };

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout');
});
afterAll(() => on?.stop());
beforeEach(() => clear(on));

/** `viewer` in payments, by a ClusterRole that isn't Curfew's; for half an hour in checkout, by another role. */
const offering = (clusterRole: string): Catalog =>
  catalogOf(({ roles }) => {
    const { rules: _, ...like } = roles['pod-reader'];
    const viewer = { ...like, clusterRole };
    Object.assign(roles, {
      viewer: { ...viewer, namespaces: ['payments'] },
      'short-viewer': { ...viewer, namespaces: ['checkout'], maxDuration: '30m' },
    });
  });
const only = (rights: string[], resource: RegExp) => rights.filter((right) => resource.test(right));

describe('Onboarding for a ClusterRole that is not ours', () => {
  test('makes none, shows what it lets one do, and has nothing to do the second time', async () => {
    const { steps, foreignRoles, tried } = await run(on, offering('view'));
    expect(names(steps).filter((name) => / view$/.test(name))).toEqual([]);
    expect(foreignRoles).toMatchObject([{ clusterRole: 'view', roles: ['short-viewer', 'viewer'] }]);
    expect(foreignRoles[0]?.allows.join('\n')).toMatch(/pod logs.*\(get, list, watch\)/);
    expect(tried.every(({ asExpected }) => asExpected)).toBe(true);
    const again = await onboard(on.onboarding(offering('view')), fail, silent);
    expect(isNothing(again)).toBe(true);
    expect(intentLines(again).join('\n')).toMatch(/leave {3}ClusterRole view, which isn't Curfew's/);
  });

  test('lets BindRole bind exactly that one, and both legs look, and gives neither where there is none', async () => {
    await run(on, offering('view'));
    await expect
      .poll(async () => only(await rightsOf(on, bindRoleUser, 'payments'), /clusterroles/), soon)
      .toEqual([
        expect.stringMatching(/^bind clusterroles \[curfew:deployer:\w{8},curfew:pod-reader:\w{8},view\]$/),
        expect.stringMatching(/^get clusterroles \[curfew:deployer:\w{8},curfew:pod-reader:\w{8},view\]$/),
        'list clusterroles',
      ]);
    expect(only(await rightsOf(on, surveyClusterUser, 'payments'), /clusterroles/)).toEqual([
      'get clusterroles [view]',
      'list clusterroles',
    ]);
    await run(on);
    await expect
      .poll(async () => only(await rightsOf(on, surveyClusterUser, 'payments'), /clusterroles/), soon)
      .toEqual([]);
    expect(only(await rightsOf(on, bindRoleUser, 'payments'), /clusterroles/).join()).not.toMatch(
      /list|view/,
    );
  });

  test('has its grants made within the time of each place, and nowhere else', async () => {
    await run(on, offering('view'));
    const bound = (namespace: string, role: string) => standingGrant(on, role, namespace);
    await on.must({ method: 'DELETE', path: await bound('payments', 'view') });
    await on.must({ method: 'DELETE', path: await bound('checkout', 'view') });
    await expect(bound('payments', 'edit')).rejects.toThrow(/not offer this role|attempting to grant/);
    await run(
      on,
      catalogOf(({ roles }) => {
        const { rules: _, ...like } = roles['pod-reader'];
        const viewer = { ...like, clusterRole: 'view' };
        Object.assign(roles, {
          viewer: { ...viewer, namespaces: ['payments'] },
          'short-viewer': { ...viewer, namespaces: ['checkout'], maxDuration: '5m' },
        });
      }),
    );
    // Ten minutes: more than can be had in checkout now, whatever the same ClusterRole allows elsewhere.
    await expect
      .poll(
        () =>
          bound('checkout', 'view').then(
            () => '',
            (error: Error) => error.message,
          ),
        soon,
      )
      .toMatch(/no further than the role's longest duration/);
    await on.must({ method: 'DELETE', path: await bound('payments', 'view') });
  });

  test.each(['edit', 'admin', 'cluster-admin'])('refuses one that is a ladder: %s', async (clusterRole) => {
    const error = await refusal(onboard(on.onboarding(offering(clusterRole)), fail, silent));
    expect(error).toBeInstanceOf(ClusterNotReady);
    const known = clusterRole === 'cluster-admin' ? 'E01-wildcard' : 'E06-impersonate-service-accounts';
    expect(error.message).toContain(known);
    expect(await on.must({ method: 'GET', path: `${rbac}/clusterrolebindings` })).not.toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ metadata: expect.objectContaining({ name: bindRoleUser }) }),
      ]),
    });
  });

  test('tells where it is missing, also when it went away later', async () => {
    const error = await refusal(onboard(on.onboarding(offering('ours')), fail, silent));
    expect(error.message).toMatch(/role viewer: This cluster has no ClusterRole "ours"/);
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    const body = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'ours' },
      rules,
    };
    await on.must({ method: 'POST', path: `${rbac}/clusterroles`, body });
    await run(on, offering('ours'));
    await on.must({ method: 'DELETE', path: `${rbac}/clusterroles/ours` });
    const later = await refusal(onboard(on.onboarding(offering('ours')), fail, silent));
    expect(later.message).toMatch(/has no ClusterRole "ours"/);
  });
});
