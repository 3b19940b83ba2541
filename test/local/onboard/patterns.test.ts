/** Namespaces by pattern and by label on a real API server: those that exist, never protected ones, and new ones from the next run on. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindRoleUser, unbindRoleUser } from '#cluster/identities.ts';
import { marks } from '#domain/role-binding.ts';
import { isNothing, onboard } from '../../../cli/onboard/onboard.ts';
import { collection, grant } from '../fences/fenced-cluster.ts';
import { catalogOf, startTestCluster, type TestCluster } from './cluster.ts';
import { clusterRoles, names, run, silent } from './looks.ts';

const catalog = catalogOf(({ clusters, roles }) => {
  clusters['payments-prod'].protectedNamespaces = ['team-vault'];
  roles['pod-reader'].namespaces = ['team-*', '*-system', 'payments'];
  roles.deployer.namespaces = ['team-a'];
});
const { podReader } = clusterRoles(catalog);

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'team-a', 'team-b', 'team-vault', 'teams', 'ingress-system');
});
afterAll(() => on?.stop());

/** As BindRole, without being done. */
const granted = async (namespace: string) => {
  const body = grant((binding) => {
    binding.metadata.namespace = namespace;
    binding.roleRef.name = podReader;
    binding.metadata.annotations[marks.expiresAt] = new Date(Date.now() + 600_000).toISOString();
  });
  return (
    await on.api({ method: 'POST', path: `${collection(namespace)}?dryRun=All`, body, as: bindRoleUser })
  ).status;
};

test('a pattern stands for what exists, and neither for what is protected nor for what is named otherwise', async () => {
  await run(on, catalog);
  for (const namespace of ['payments', 'team-a', 'team-b', 'ingress-system']) {
    await expect.poll(() => granted(namespace), { timeout: 20_000 }).toBe(201);
  }
  for (const namespace of ['team-vault', 'kube-system', 'curfew-system', 'teams', 'default'])
    expect([namespace, await granted(namespace)]).toEqual([namespace, 403]);
  // What stops it is not RBAC alone.
  await on.makeAdmin(bindRoleUser);
  for (const namespace of ['team-vault', 'kube-system', 'curfew-system', 'teams', 'default'])
    expect([namespace, await granted(namespace)]).toEqual([namespace, 422]);
});

test('a namespace that is made later is a drift, and is granted in after the next run; one that goes is no fault', async () => {
  await on.createNamespaces('team-c');
  const found = await onboard(on.onboarding(catalog), async () => false, silent);
  expect(found.done).toBe(false);
  expect(names(found.steps)).toContain(`create Role team-c ${bindRoleUser}`);
  expect(await granted('team-c')).toBe(422);
  await run(on, catalog);
  await expect.poll(() => granted('team-c'), { timeout: 20_000 }).toBe(201);

  // There is no namespace controller here: it stays, terminating, with what is in it.
  await on.must({ method: 'DELETE', path: '/api/v1/namespaces/team-b' });
  const without = await run(on, catalog);
  expect(names(without.steps)).toContain(`remove RoleBinding team-b ${bindRoleUser}`);
  expect(names(without.steps)).toContain(`remove Role team-b ${unbindRoleUser}`);
  expect(isNothing(await onboard(on.onboarding(catalog), async () => false, silent))).toBe(true);
});

test('labels stand for what carries them, as long as it does', async () => {
  const labelled = catalogOf(({ clusters, roles }) => {
    clusters['payments-prod'].protectedNamespaces = ['team-vault'];
    roles['pod-reader'].namespaces = ['team=payments,tier=web', 'payments'];
    roles.deployer.namespaces = ['team-a'];
  });
  const label = (namespace: string, labels: Record<string, string>) =>
    on.must({
      method: 'PATCH',
      path: `/api/v1/namespaces/${namespace}?fieldManager=test&force=true`,
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
    });
  for (const namespace of ['team-a', 'team-vault']) await label(namespace, { team: 'payments', tier: 'web' });
  await label('teams', { team: 'payments' });
  await run(on, labelled);
  await expect.poll(() => granted('team-a'), { timeout: 20_000 }).toBe(201);
  expect(await granted('payments')).toBe(201);
  for (const namespace of ['team-vault', 'teams', 'team-b'])
    await expect.poll(() => granted(namespace), { timeout: 20_000 }).not.toBe(201);

  // Admission looks at the labels themselves: onboarding again is not what closes it.
  await label('team-a', { team: 'payments' });
  await expect.poll(() => granted('team-a'), { timeout: 20_000 }).toBe(422);
  await label('team-a', { team: 'payments', tier: 'web' });
  await expect.poll(() => granted('team-a'), { timeout: 20_000 }).toBe(201);

  await label('teams', { team: 'payments', tier: 'web' });
  const found = await onboard(on.onboarding(labelled), async () => false, silent);
  expect(names(found.steps)).toContain(`create Role teams ${bindRoleUser}`);
});

test('a namespace that is named must exist', async () => {
  const named = catalogOf(({ roles }) => {
    roles.deployer.namespaces = ['nowhere'];
  });
  await expect(run(on, named)).rejects.toThrow(/namespaces that the cluster doesn't have: checkout, nowhere/);
});
