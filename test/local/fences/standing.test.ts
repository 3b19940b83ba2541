/** What stands on a real API server besides grants: the catalog's roles, people, and the fences themselves when they are gone. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { forbiddenBinding, isFenceRefusal } from '#cluster/forbidden-binding.ts';
import { bindRoleUser, unbindRoleUser } from '#cluster/identities.ts';
import { marks } from '#domain/role-binding.ts';
import {
  alice,
  collection,
  type FencedCluster,
  grant,
  plain,
  podReader,
  rbac,
  refusedBy,
  said,
  startFencedCluster,
} from './fenced-cluster.ts';

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster();
});
afterAll(() => on?.stop());
afterEach(() => on.removeGrants());

describe('A ClusterRole of the catalog', () => {
  const path = `${rbac}/clusterroles`;

  test.each<
    [string, (role: { rules: object[]; metadata: { labels: object }; aggregationRule?: object }) => void]
  >([
    [
      'wider rules',
      (role) => void role.rules.push({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }),
    ],
    [
      'no rules',
      (role) => {
        role.rules = [];
      },
    ],
    [
      'aggregation',
      (role) => {
        role.aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
      },
    ],
    [
      'a label by which others would aggregate it',
      (role) => void Object.assign(role.metadata.labels, { x: 'y' }),
    ],
  ])('is not given %s, even by a cluster-admin', async (_, edit) => {
    const role = await on.must({ method: 'GET', path: `${path}/${podReader}` });
    edit(role);
    const answer = await on.api({ method: 'PUT', path: `${path}/${podReader}`, body: role });
    expect(said(answer)).toEqual(refusedBy('curfew-role-update'));
  });

  const forged = (labels: object, more: object = {}) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'curfew:forged:00000000', labels },
    rules: [],
    ...more,
  });
  const onboarded = { [marks.managedBy]: 'curfew-onboard' };

  test('is not made by hand, nor with aggregation', async () => {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    for (const body of [forged({}), forged(onboarded, { aggregationRule })]) {
      expect(said(await on.api({ method: 'POST', path, body }))).toEqual(refusedBy('curfew-role-create'));
    }
  });

  test.each(['impersonate', 'impersonate:serviceaccount', '*'])(
    'N55: lets nobody act as somebody else, whom the fences would not see: %s',
    async (verb) => {
      const rules = [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get', verb] }];
      const answer = await on.api({ method: 'POST', path, body: forged(onboarded, { rules }) });
      expect(said(answer)).toEqual(refusedBy('curfew-role-create'));
    },
  );

  test('is not made by someone who may make roles but is no cluster-admin', async () => {
    const body = { ...forged({}), metadata: { name: 'role-maker' } };
    const rules = [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['create'] },
    ];
    await on.must({ method: 'POST', path, body: { ...body, rules } });
    await on.must({
      method: 'POST',
      path: `${rbac}/clusterrolebindings`,
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'role-maker' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'role-maker' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' }],
      },
    });
    const own = { ...forged({}), metadata: { name: 'of-mallory' } };
    const makeOwn = () => on.api({ method: 'POST', path: `${path}?dryRun=All`, body: own, as: 'mallory' });
    await expect.poll(async () => (await makeOwn()).status, { timeout: 20_000 }).toBe(201);
    const answer = await on.api({ method: 'POST', path, body: forged(onboarded), as: 'mallory' });
    expect(said(answer)).toEqual(refusedBy('curfew-role-create'));
  });
});

describe('Somebody with a grant', () => {
  test('changes no RBAC objects, whatever they hold', async () => {
    expect(said(await on.create(plain('forever'), alice))).toEqual(refusedBy('curfew-people'));
    const answer = await on.api({ method: 'DELETE', path: `${rbac}/clusterroles/view`, as: alice });
    expect(said(answer)).toEqual(refusedBy('curfew-people'));
  });

  test('mints no service account token', async () => {
    await on.must({
      method: 'POST',
      path: '/api/v1/namespaces/payments/serviceaccounts',
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'deploy' } },
    });
    const mint = {
      method: 'POST' as const,
      path: '/api/v1/namespaces/payments/serviceaccounts/deploy/token',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    };
    expect(said(await on.api({ ...mint, as: alice }))).toEqual(refusedBy('curfew-people'));
    expect((await on.api(mint)).status).toBe(201);
  });
});

describe('Without fences', () => {
  const probe = () =>
    on.api({
      method: 'POST',
      path: `${collection('payments')}?dryRun=All`,
      body: forbiddenBinding('payments', podReader),
      as: bindRoleUser,
    });
  const admission = '/apis/admissionregistration.k8s.io/v1';
  const policies = ['validatingadmissionpolicybindings', 'validatingadmissionpolicies'] as const;

  test.each(policies)(
    'the forbidden RoleBinding is let through once one of the %s is gone',
    async (plural) => {
      const refused = await probe();
      expect(isFenceRefusal('RoleBinding', refused.status, refused.body.message)).toBe(true);

      const path = `${admission}/${plural}/curfew-bind-role`;
      const { metadata, ...rest } = await on.must({ method: 'GET', path });
      await on.must({ method: 'DELETE', path });
      await expect.poll(async () => (await probe()).status, { timeout: 20_000 }).toBe(201);
      const letThrough = await probe();
      expect(isFenceRefusal('RoleBinding', letThrough.status, String(letThrough.body.message))).toBe(false);

      const { name, labels } = metadata;
      await on.must({
        method: 'POST',
        path: `${admission}/${plural}`,
        body: { ...rest, metadata: { name, labels } },
      });
      await expect.poll(async () => (await probe()).status, { timeout: 20_000 }).toBe(422);
    },
  );

  test('grants can still be revoked: with all policies gone, and with every label stripped meanwhile', async () => {
    const binding = grant();
    const standing = await on.made(binding);
    for (const plural of policies) await on.must({ method: 'DELETE', path: `${admission}/${plural}` });
    standing.metadata.labels = {};
    await expect.poll(async () => (await on.replace(standing)).status, { timeout: 20_000 }).toBe(200);
    await on.putUpFences();
    expect((await on.remove(binding, unbindRoleUser)).status).toBe(200);
  });
});
