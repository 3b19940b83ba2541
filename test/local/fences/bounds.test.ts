/** The fence around DefineRole lets through what `liesWithin` says, and nothing that a real API server itself would take for more than the bounds. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bindRoleUser, defineRoleUser } from '#cluster/identities.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { clusterRoleName } from '#domain/cluster-role.ts';
import { marks } from '#domain/role-binding.ts';
import { liesWithin, type TaskRole, taskLimits } from '#domain/task-role.ts';
import { catalogOf } from '../onboard/cluster.ts';
import {
  collection,
  done,
  type FencedCluster,
  grant,
  rbac,
  rolesIn,
  said,
  startFencedCluster,
  task,
} from './fenced-cluster.ts';

const words = (count: number, what: string) => Array.from({ length: count }, (_, i) => `${what}${i}`);

/** With all that bounds may hold. */
const odd: PolicyRule[] = [
  { apiGroups: ['', 'example.com'], resources: ['widgets', 'widgets/scale'], verbs: ['get', 'patch'] },
  { apiGroups: ['example.com'], resources: ['gadgets', 'widgets'], verbs: ['list'] },
  { apiGroups: ['', 'apps'], resources: ['configmaps'], verbs: ['get'], resourceNames: ['one', 'two'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'], resourceNames: ['three', '*'] },
];
/** Its last rule is the one that all of the largest task's rules need. */
const large: PolicyRule[] = [...words(40, 'gadgets'), 'widgets'].map((resource) => ({
  apiGroups: ['example.com'],
  resources: [...words(20, `${resource}x`), resource],
  verbs: words(16, 'verb'),
  resourceNames: words(40, 'name'),
}));
/** More than one expression of a fence may hold, all roles together. */
const others = Object.fromEntries(words(12, 'other').map((name) => [name, large.slice(0, 20)]));

const catalog = catalogOf(({ roles }) => {
  const one = { ...structuredClone(roles['pod-reader']), namespaces: ['payments'] };
  const all = { odd, large, ...others };
  for (const [name, rules] of Object.entries(all)) Object.assign(roles, { [name]: { ...one, rules } });
  Object.assign(roles, {
    'in-part': { ...one, rules: odd, tasks: 'only' },
    whole: { ...one, rules: odd, tasks: 'never' },
  });
});
const nameOf = (role: string) => clusterRoleName(role, catalog.roles[role]?.rules ?? []);

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster(catalog);
  // Holds the bounds and may write Roles, but not escalate: the server itself then compares each Role with them.
  const binding = (name: string, clusterRole: string) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'holder' }],
  });
  await on.must({
    method: 'POST',
    path: `${rbac}/clusterroles`,
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'role-writer' },
      rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] }],
    },
  });
  const path = `${rbac}/namespaces/payments/rolebindings`;
  await on.must({ method: 'POST', path, body: binding('holder', nameOf('odd')) });
  await on.must({ method: 'POST', path, body: binding('role-writer', 'role-writer') });
  const widgets = { apiGroups: [''], resources: ['widgets'], verbs: ['get'] };
  // Not expect.poll, as this is no test.
  await vi.waitFor(async () => expect(await serverSays([widgets])).toBe(true), { timeout: 20_000 });
});
afterAll(() => on?.stop());

const tried = `${rolesIn('payments')}?dryRun=All`;
const triedBinding = `${collection('payments')}?dryRun=All`;

/** Whether the server lets one who holds the bounds hand these rules on. */
async function serverSays(rules: PolicyRule[]): Promise<boolean> {
  const body = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'handed-on' },
    rules,
  };
  const answer = await on.api({ method: 'POST', path: tried, body, as: 'holder' });
  if (answer.status === 201) return true;
  expect(answer.body.message).toContain('is attempting to grant RBAC permissions not currently held');
  return false;
}

const roleWithin = (clusterRole: string, rules: PolicyRule[]): TaskRole =>
  task((role) => {
    role.metadata.annotations[marks.within] = clusterRole;
    role.rules = rules;
  }).role;
const fenceSays = (role: TaskRole) => on.api({ method: 'POST', path: tried, body: role, as: defineRoleUser });

const some = (pool: string[], maxLength: number) =>
  fc.uniqueArray(fc.constantFrom(...pool), { minLength: 1, maxLength });
/** Mostly of what the bounds list, now and then of something else. */
const near = (listed: string[], others: string[], maxLength = 1) =>
  fc.oneof(
    { arbitrary: some(listed, maxLength), weight: 8 },
    { arbitrary: some(others, maxLength), weight: 1 },
  );
const names = ['one', 'two', 'three', '', '*'];
const rule = fc
  .constantFrom(...odd)
  .chain((bound) =>
    fc.tuple(
      near(bound.apiGroups, ['', 'apps', 'example.com', '*']),
      near(bound.resources, ['widgets', 'gadgets', 'configmaps', 'scale', '*', '*/scale']),
      near(bound.verbs, ['get', 'list', 'patch', 'GET', '*'], 2),
      fc.option(near(bound.resourceNames ?? names, names, 2), { nil: undefined, freq: 3 }),
    ),
  )
  .map(
    ([apiGroups, resources, verbs, resourceNames]): PolicyRule => ({
      apiGroups,
      resources,
      verbs,
      ...(resourceNames ? { resourceNames } : {}),
    }),
  );

test('Roles by chance are let through exactly where they lie within the bounds, and the server agrees', async () => {
  const seen = { within: 0, beyond: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 2 }), async (rules) => {
      const lies = liesWithin(rules, odd);
      seen[lies ? 'within' : 'beyond']++;
      const { status, body } = await fenceSays(roleWithin(nameOf('odd'), rules));
      expect({ status, message: body.message }).toMatchObject({ status: lies ? 201 : 422 });
      if (lies) expect(await serverSays(rules)).toBe(true);
    }),
    { numRuns: 600 },
  );
  expect(seen.within).toBeGreaterThan(60);
  expect(seen.beyond).toBeGreaterThan(200);
});

test('a Role as large as one may be is judged, within a role of many rules', async () => {
  const rules = words(taskLimits.rules, 'r').map(() => ({
    apiGroups: ['example.com'],
    resources: ['widgets'],
    verbs: words(taskLimits.verbs, 'verb'),
    resourceNames: words(40, 'name').slice(-taskLimits.names),
  }));
  expect(liesWithin(rules, large)).toBe(true);
  expect(said(await fenceSays(roleWithin(nameOf('large'), rules)))).toEqual({
    status: 201,
    message: undefined,
  });
});

test('a role that is given in part only is not bound whole, and one that is given whole only makes no Roles', async () => {
  const widgets = { apiGroups: [''], resources: ['widgets'], verbs: ['get'] };
  const makes = async (role: string) => said(await fenceSays(roleWithin(nameOf(role), [widgets])));
  const binds = async (role: string) => {
    const body = grant((binding) => {
      binding.roleRef.name = nameOf(role);
    });
    return said(await on.api({ method: 'POST', path: triedBinding, body, as: bindRoleUser }));
  };
  expect(await makes('in-part')).toEqual(done(201));
  expect(await binds('in-part')).toEqual({ status: 422, message: expect.stringContaining('in part only') });
  expect(await makes('whole')).toEqual({ status: 422, message: expect.stringContaining('does not offer') });
  expect(await binds('whole')).toEqual(done(201));
});
