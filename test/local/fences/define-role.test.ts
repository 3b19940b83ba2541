/** What DefineRole may create on a real API server: a Role of one grant within the bounds of a role of the catalog, and no other. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bindRoleUser, defineRoleUser, surveyClusterUser, unbindRoleUser } from '#cluster/identities.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { marks } from '#domain/role-binding.ts';
import type { TaskRole } from '#domain/task-role.ts';
import {
  annotate,
  deployer,
  type FencedCluster,
  inFuture,
  podReader,
  rbac,
  refusedBy,
  said,
  startFencedCluster,
  task,
} from './fenced-cluster.ts';

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster();
});
afterAll(() => on?.stop());
afterEach(() => on.removeGrants());

const within = (clusterRole: string, ...rules: PolicyRule[]) =>
  task((role) => {
    role.metadata.annotations[marks.within] = clusterRole;
    role.rules = rules;
  }).role;
const get: PolicyRule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };

describe('DefineRole creates', () => {
  test.each<[string, PolicyRule[]]>([
    ['one verb on one object', [{ ...get, resourceNames: ['web-7d9'] }]],
    ['all verbs of the role, on all objects', [{ ...get, verbs: ['get', 'list', 'watch'] }]],
    ['several resources, each by a rule of its own', [get, { ...get, resources: ['pods/log'] }]],
  ])('a Role with a part of a role of the catalog: %s', async (_, rules) => {
    await on.made(within(podReader, ...rules));
  });

  test('a Role within another role, where that is offered', async () => {
    const role = within(deployer, { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] });
    role.metadata.annotations[marks.expiresAt] = inFuture(3600_000);
    await on.made(role);
  });
});

type Wrong = [what: string, change: (role: TaskRole) => void];
const rules =
  (...list: PolicyRule[]) =>
  (role: TaskRole) => {
    role.rules = list;
  };
const label = (key: string, value: string) => (role: TaskRole) => {
  role.metadata.labels[key] = value;
};
const many = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, i) => make(i));

/** Under what the refusal says, so that each fault is found by its own check and not by chance by another. */
const wrong: Record<string, Wrong[]> = {
  'carries the labels': [
    ['without the label of who manages it', (r) => void delete r.metadata.labels[marks.managedBy]],
    ['managed by another', label(marks.managedBy, 'helm')],
    ['of another deployment', label(marks.deployment, 'staging')],
    ['without any labels', (r) => void delete (r.metadata as Partial<TaskRole['metadata']>).labels],
  ],
  'is named curfew-': [
    ['without its request', (r) => void delete r.metadata.labels[marks.request]],
    ['of another request than its name says', label(marks.request, '0'.repeat(26))],
    ['under a name of the broker’s rights', (r) => void Object.assign(r.metadata, { name: unbindRoleUser })],
    ['under a name that is no grant’s', (r) => void Object.assign(r.metadata, { name: 'reader' })],
  ],
  'is protected': [
    ['in a protected namespace', (r) => void Object.assign(r.metadata, { namespace: 'vault' })],
    ["in Kubernetes' own", (r) => void Object.assign(r.metadata, { namespace: 'kube-system' })],
    ["in Curfew's own", (r) => void Object.assign(r.metadata, { namespace: 'curfew-system' })],
  ],
  'does not offer this role': [
    [
      'in a namespace that the catalog does not name',
      (r) => void Object.assign(r.metadata, { namespace: 'other' }),
    ],
    [
      'within a role that is offered elsewhere only',
      (r) => {
        r.metadata.namespace = 'checkout';
        r.metadata.annotations[marks.within] = deployer;
      },
    ],
    ['within cluster-admin', annotate(marks.within, 'cluster-admin')],
    ['within nothing', (r) => void delete r.metadata.annotations[marks.within]],
    ['without any annotations', (r) => void delete (r.metadata as Partial<TaskRole['metadata']>).annotations],
  ],
  'curfew.dev/expires-at must': [
    ['without an end', (r) => void delete r.metadata.annotations[marks.expiresAt]],
    ['with an end that is no instant', annotate(marks.expiresAt, 'tomorrow')],
    ['with an end in the past', annotate(marks.expiresAt, '2026-01-01T00:00:00.000Z')],
    ['for longer than its role may be had', annotate(marks.expiresAt, inFuture(5 * 3600_000))],
  ],
  'Too late': [
    ['after its create-before', annotate(marks.createBefore, inFuture(-1000))],
    ['without a create-before', (r) => void delete r.metadata.annotations[marks.createBefore]],
    ['to be made after its end', annotate(marks.createBefore, inFuture(8 * 3600_000))],
  ],
  'has no finalizers': [
    ['with a finalizer', (r) => void Object.assign(r.metadata, { finalizers: ['example.com/stay'] })],
    [
      'with an owner',
      (r) =>
        void Object.assign(r.metadata, {
          ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' }],
        }),
    ],
  ],
  'has 1 to 32 rules': [
    ['without rules', rules()],
    ['without a list of rules', (r) => void delete (r as Partial<TaskRole>).rules],
    ['with more rules than can be read', rules(...many(33, () => get))],
    ['with more verbs than there are', rules({ ...get, verbs: many(17, (i) => `get${i}`) })],
    ['with more names than can be read', rules({ ...get, resourceNames: many(33, (i) => `web-${i}`) })],
    ['with two resources in a rule', rules({ ...get, resources: ['pods', 'services'] })],
    ['with two groups in a rule', rules({ ...get, apiGroups: ['', 'apps'] })],
    ['with every verb', rules({ ...get, verbs: ['*'] })],
    ['with every resource', rules({ ...get, resources: ['*'] })],
    ['with every subresource of a name', rules({ ...get, resources: ['*/log'] })],
    ['with every group', rules({ ...get, apiGroups: ['*'] })],
  ],
  'does not.': [
    ['with a verb that its bounds do not hold', rules({ ...get, verbs: ['get', 'delete'] })],
    ['with a resource that its bounds do not hold', rules(get, { ...get, resources: ['secrets'] })],
    ['with a group that its bounds do not hold', rules({ ...get, apiGroups: ['apps'] })],
    ['with a subresource that its bounds do not hold', rules({ ...get, resources: ['pods/exec'] })],
    ['with a verb in other letters', rules({ ...get, verbs: ['GET'] })],
    [
      'with another role’s rules',
      rules({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] }),
    ],
    [
      'that may escalate',
      rules({ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['escalate'] }),
    ],
  ],
};

describe.each(Object.entries(wrong))('DefineRole is refused, as a grant %s,', (says, faults) => {
  test.each(faults)('a Role %s', async (_, change) => {
    const { role } = task(change);
    expect(said(await on.create(role, defineRoleUser))).toEqual({
      status: 422,
      message: expect.stringMatching(`ValidatingAdmissionPolicy 'curfew-define-role'.*${says}`),
    });
  });
});

describe('DefineRole, had it every right, is refused', () => {
  test('a RoleBinding, even of its own Role', async () => {
    const { role, binding } = task();
    await on.made(role);
    expect(said(await on.create(binding, defineRoleUser))).toEqual({
      status: 422,
      message: expect.stringMatching("ValidatingAdmissionPolicy 'curfew-(broker-writes|grant-forgery)'"),
    });
  });

  test.each([
    [
      'a ClusterRole',
      `${rbac}/clusterroles`,
      { kind: 'ClusterRole', apiVersion: 'rbac.authorization.k8s.io/v1' },
    ],
    ['a Secret', '/api/v1/namespaces/payments/secrets', { kind: 'Secret', apiVersion: 'v1' }],
    ['a namespace', '/api/v1/namespaces', { kind: 'Namespace', apiVersion: 'v1' }],
  ])('%s', async (_, path, content) => {
    const body = { ...content, metadata: { name: 'mine' } };
    const answer = await on.api({ method: 'POST', path, body, as: defineRoleUser });
    expect(said(answer)).toEqual(refusedBy('curfew-broker-writes'));
  });

  test('to delete what it made', async () => {
    const { role } = task();
    await on.made(role);
    expect(said(await on.remove(role, defineRoleUser))).toEqual(refusedBy('curfew-broker-deletes'));
  });

  test('to make again what was deleted, once its create-before has passed', async () => {
    const { role } = task(annotate(marks.createBefore, inFuture(3000)));
    await on.made(role);
    expect((await on.remove(role, unbindRoleUser)).status).toBe(200);
    await expect
      .poll(async () => said(await on.create({ ...role }, defineRoleUser)).status, {
        timeout: 10_000,
        interval: 3000,
      })
      .toBe(422);
  });
});

test.each([bindRoleUser, unbindRoleUser, surveyClusterUser])('%s makes no Role', async (as) => {
  const { role } = task();
  expect(said(await on.create(role, as))).toEqual({
    status: 422,
    message: expect.stringMatching("ValidatingAdmissionPolicy 'curfew-(broker-writes|grant-forgery)'"),
  });
});
