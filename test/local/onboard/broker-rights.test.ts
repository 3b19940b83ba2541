/** What the broker can do on a real API server by the rights that onboarding gave it, also where a namespace is gone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindRoleUser, defineRoleUser, surveyClusterUser, unbindRoleUser } from '#cluster/identities.ts';
import { bindingName } from '#domain/request.ts';
import type { KubernetesCall } from '../../../cli/onboard/kubernetes-call.ts';
import { catalogOf, startTestCluster, type TestCluster } from './cluster.ts';
import { clusterRoles, rbac, rightsOf, run, standingGrant } from './looks.ts';

const { podReader } = clusterRoles(catalogOf());
const bindings = (namespace: string) => `${rbac}/namespaces/${namespace}/rolebindings`;
const grantNamed = (namespace: string) => `${bindings(namespace)}/${bindingName('0'.repeat(26))}`;
const roles = (namespace: string) => `${rbac}/namespaces/${namespace}/roles`;
const roleNamed = (namespace: string) => `${roles(namespace)}/${bindingName('0'.repeat(26))}`;
const ofGrants = `${rbac}/rolebindings?labelSelector=app.kubernetes.io/managed-by%3Dcurfew`;

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout', 'other');
  await run(on);
});
afterAll(() => on?.stop());

async function answer(call: KubernetesCall) {
  const { status, body } = await on.api(call);
  return { status, reason: body?.reason };
}
const absent = { status: 404, reason: 'NotFound' };
const forbidden = { status: 403, reason: 'Forbidden' };
const removal = { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] };

describe('The rights of UnbindRole', () => {
  test.each([
    ['a grant in a namespace of the catalog', grantNamed('payments')],
    ['a grant in any other namespace', grantNamed('other')],
    ['a grant in kube-system', grantNamed('kube-system')],
    ['a grant in a namespace that never was', grantNamed('never-made')],
    ["a task's Role in a namespace of the catalog", roleNamed('payments')],
    ["a task's Role in a namespace that never was", roleNamed('never-made')],
  ])('tell it that %s is not there', async (_, path) => {
    expect(await answer({ method: 'GET', path, as: unbindRoleUser })).toEqual(absent);
  });

  test.each<[string, KubernetesCall]>([
    [
      'delete in a namespace that is not in the catalog',
      { method: 'DELETE', path: grantNamed('other'), body: removal },
    ],
    ['delete in kube-system', { method: 'DELETE', path: grantNamed('kube-system'), body: removal }],
    [
      'delete where there is no namespace',
      { method: 'DELETE', path: grantNamed('never-made'), body: removal },
    ],
    ['delete all of a namespace at once', { method: 'DELETE', path: bindings('payments'), body: removal }],
    ['delete a Role in kube-system', { method: 'DELETE', path: roleNamed('kube-system'), body: removal }],
    ['delete all Roles of a namespace', { method: 'DELETE', path: roles('payments'), body: removal }],
    ['make a Role', { method: 'POST', path: roles('payments'), body: {} }],
    ['list RoleBindings', { method: 'GET', path: ofGrants }],
    ['list those of a namespace', { method: 'GET', path: bindings('payments') }],
    ['create', { method: 'POST', path: bindings('payments'), body: {} }],
    ['change', { method: 'PUT', path: grantNamed('payments'), body: {} }],
    ['watch RoleBindings', { method: 'GET', path: `${rbac}/rolebindings?watch=1&timeoutSeconds=1` }],
    ['read the Secrets of a namespace', { method: 'GET', path: '/api/v1/namespaces/payments/secrets' }],
    ['read a Secret', { method: 'GET', path: '/api/v1/namespaces/payments/secrets/x' }],
    ['read all Secrets', { method: 'GET', path: '/api/v1/secrets' }],
    ['read pods', { method: 'GET', path: '/api/v1/pods' }],
    ['read namespaces', { method: 'GET', path: '/api/v1/namespaces' }],
    ['list Roles', { method: 'GET', path: `${rbac}/roles` }],
    ['read ClusterRoles', { method: 'GET', path: `${rbac}/clusterroles/${podReader}` }],
    ['read ClusterRoleBindings', { method: 'GET', path: `${rbac}/clusterrolebindings` }],
  ])('do not let it %s', async (_, call) => {
    expect(await answer({ ...call, as: unbindRoleUser })).toEqual(forbidden);
  });
});

describe('The rights of SurveyCluster', () => {
  test.each<[string, KubernetesCall]>([
    ['list the grants of all namespaces', { method: 'GET', path: ofGrants }],
    ['list those of a namespace', { method: 'GET', path: bindings('payments') }],
    ['list the Roles of all namespaces', { method: 'GET', path: `${rbac}/roles` }],
  ])('let it %s', async (_, call) => {
    expect(await answer({ ...call, as: surveyClusterUser })).toMatchObject({ status: 200 });
  });

  test.each<[string, KubernetesCall]>([
    ['delete a grant', { method: 'DELETE', path: grantNamed('payments'), body: removal }],
    ['delete all of a namespace at once', { method: 'DELETE', path: bindings('payments'), body: removal }],
    ['create', { method: 'POST', path: bindings('payments'), body: {} }],
    ['change', { method: 'PUT', path: grantNamed('payments'), body: {} }],
    ['watch RoleBindings', { method: 'GET', path: `${rbac}/rolebindings?watch=1&timeoutSeconds=1` }],
    ['read all Secrets', { method: 'GET', path: '/api/v1/secrets' }],
    ['read pods', { method: 'GET', path: '/api/v1/pods' }],
    ['read namespaces', { method: 'GET', path: '/api/v1/namespaces' }],
    ['watch Roles', { method: 'GET', path: `${rbac}/roles?watch=1&timeoutSeconds=1` }],
    ["delete a task's Role", { method: 'DELETE', path: roleNamed('payments'), body: removal }],
    ['make a Role', { method: 'POST', path: roles('payments'), body: {} }],
    ['read ClusterRoles', { method: 'GET', path: `${rbac}/clusterroles/${podReader}` }],
    ['read ClusterRoleBindings', { method: 'GET', path: `${rbac}/clusterrolebindings` }],
  ])('do not let it %s', async (_, call) => {
    expect(await answer({ ...call, as: surveyClusterUser })).toEqual(forbidden);
  });
});

describe('The rights of BindRole', () => {
  test.each<[string, KubernetesCall]>([
    ['list RoleBindings', { method: 'GET', path: ofGrants }],
    ['list those of a namespace', { method: 'GET', path: bindings('payments') }],
    ['read one outside of the catalog', { method: 'GET', path: grantNamed('other') }],
    ['delete one', { method: 'DELETE', path: grantNamed('payments'), body: removal }],
    ['create one outside of the catalog', { method: 'POST', path: bindings('other'), body: {} }],
    ['read Secrets', { method: 'GET', path: '/api/v1/namespaces/payments/secrets' }],
    ['make a Role', { method: 'POST', path: roles('payments'), body: {} }],
    ['delete a Role', { method: 'DELETE', path: roleNamed('payments'), body: removal }],
    ['list Roles', { method: 'GET', path: roles('payments') }],
    ['read a Role outside of the catalog', { method: 'GET', path: roleNamed('other') }],
  ])('do not let it %s', async (_, call) => {
    expect(await answer({ ...call, as: bindRoleUser })).toEqual(forbidden);
  });
});

describe('The rights of DefineRole', () => {
  test("tell it that a task's Role is not there", async () => {
    const call = { method: 'GET', path: roleNamed('payments'), as: defineRoleUser } as const;
    expect(await answer(call)).toEqual(absent);
  });

  test.each<[string, KubernetesCall]>([
    ['make one outside of the catalog', { method: 'POST', path: roles('other'), body: {} }],
    ['make one in kube-system', { method: 'POST', path: roles('kube-system'), body: {} }],
    ['make a ClusterRole', { method: 'POST', path: `${rbac}/clusterroles`, body: {} }],
    ['read one outside of the catalog', { method: 'GET', path: roleNamed('other') }],
    ['list Roles', { method: 'GET', path: roles('payments') }],
    ['list all Roles', { method: 'GET', path: `${rbac}/roles` }],
    ['change one', { method: 'PUT', path: roleNamed('payments'), body: {} }],
    ['delete one', { method: 'DELETE', path: roleNamed('payments'), body: removal }],
    ['delete all of a namespace at once', { method: 'DELETE', path: roles('payments'), body: removal }],
    ['bind', { method: 'POST', path: bindings('payments'), body: {} }],
    ['read a grant', { method: 'GET', path: grantNamed('payments') }],
    ['delete a grant', { method: 'DELETE', path: grantNamed('payments'), body: removal }],
    ['read ClusterRoles', { method: 'GET', path: `${rbac}/clusterroles/${podReader}` }],
    ['read Secrets', { method: 'GET', path: '/api/v1/namespaces/payments/secrets' }],
    ['read pods', { method: 'GET', path: '/api/v1/namespaces/payments/pods' }],
  ])('do not let it %s', async (_, call) => {
    expect(await answer({ ...call, as: defineRoleUser })).toEqual(forbidden);
  });
});

test('a grant whose namespace is deleted is proven gone, when it is and no sooner', async () => {
  const grant = await standingGrant(on, podReader, 'checkout');
  const read = () => answer({ method: 'GET', path: grant, as: unbindRoleUser });
  const remove = () => answer({ method: 'DELETE', path: grant, body: removal, as: unbindRoleUser });
  const found = async () => {
    const { items } = await on.must({ method: 'GET', path: ofGrants, as: surveyClusterUser });
    return items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  };
  expect(await remove()).toEqual({ status: 200, reason: undefined });

  // What a real cluster's namespace controller does, in an order that is not for us to choose: here the rights go first.
  const namespace = '/api/v1/namespaces/checkout';
  const { status } = await on.must({ method: 'DELETE', path: namespace });
  expect(status.phase).toBe('Terminating');
  for (const plural of ['rolebindings', 'roles']) {
    await on.must({ method: 'DELETE', path: `${rbac}/namespaces/checkout/${plural}/${unbindRoleUser}` });
  }
  await expect.poll(remove, { timeout: 20_000 }).toEqual(forbidden);
  expect(await read()).toEqual({ status: 200, reason: undefined });
  expect(await found()).toEqual([grant.split('/').at(-1)]);

  await on.must({ method: 'DELETE', path: bindings('checkout') });
  expect(await read()).toEqual(absent);
  expect(await found()).toEqual([]);
  expect(await remove()).toEqual(forbidden);
  await expect.poll(() => rightsOf(on, bindRoleUser, 'checkout'), { timeout: 20_000 }).toHaveLength(1);
  expect(await answer({ method: 'GET', path: grant, as: bindRoleUser })).toEqual(forbidden);

  const terminating = await on.must({ method: 'GET', path: namespace });
  terminating.spec.finalizers = [];
  await on.must({ method: 'PUT', path: `${namespace}/finalize`, body: terminating });
  expect(await answer({ method: 'GET', path: namespace })).toEqual(absent);
  expect(await read()).toEqual(absent);
});
