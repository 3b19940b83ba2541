/** ClusterApi: the memory twin and a real API server behind real fences do the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesApi } from '#adapters/kubernetes-api.ts';
import { MemoryCluster, MemoryClusterApi } from '#adapters/memory/cluster.ts';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { systemClock } from '#adapters/system.ts';
import { clusterRoleName } from '#domain/cluster-role.ts';
import { ClusterNotReady, Unavailable } from '#domain/errors.ts';
import { foreignFaults, rulesFound } from '#domain/foreign-role.ts';
import { aViewer } from '../builders/foreign-role.ts';
import { clusterApiContract } from './cluster-api.ts';
import { foreignRoleContract, foreignRoles } from './foreign-roles.ts';
import { deployment, type OnboardedCluster, startOnboardedCluster, tokens } from './onboarded-cluster.ts';
import { taskRoleContract } from './task-roles.ts';

const rulesOf = (role: string) => sampleCatalog().roles[role]?.rules ?? [];
const nameOf = (role: string) => clusterRoleName(role, rulesOf(role));
const roles = {
  clusterRole: { name: nameOf('pod-reader'), rules: rulesOf('pod-reader') },
  deletedClusterRole: nameOf('deployer'),
};

describe('ClusterApi in memory', () => {
  const cluster = new MemoryCluster();
  cluster.clusterRoles.set(roles.clusterRole.name, { rules: roles.clusterRole.rules });
  for (const namespace of ['payments', 'checkout']) cluster.namespaces.add(namespace);
  for (const [name, role] of Object.entries(foreignRoles)) cluster.clusterRoles.set(name, role);
  cluster.labels.set('elsewhere', { team: 'payments' });
  const legs = {
    defineRole: new MemoryClusterApi(systemClock, 'define-role'),
    bindRole: new MemoryClusterApi(systemClock, 'bind-role'),
    unbindRole: new MemoryClusterApi(systemClock, 'unbind-role'),
    surveyCluster: new MemoryClusterApi(systemClock, 'survey-cluster'),
  };
  for (const leg of Object.values(legs)) leg.clusters.set('payments-prod', cluster);
  const given = () => ({
    ...legs,
    ...roles,
    deployment,
    now: systemClock.now,
    address: {
      eksName: 'payments-prod',
      region: 'us-east-1',
      endpoint: 'https://x',
      certificateAuthority: '',
    },
    async lowerFences() {
      cluster.fenced = false;
    },
    async raiseFences() {
      cluster.fenced = true;
    },
  });
  clusterApiContract(given);
  taskRoleContract(given);
  foreignRoleContract(given);
});

describe('ClusterApi on a real API server', () => {
  let cluster: OnboardedCluster;
  beforeAll(async () => {
    cluster = await startOnboardedCluster();
    await cluster.admin(['delete', 'clusterrole', roles.deletedClusterRole]);
  });
  afterAll(() => cluster?.stop());

  const given = () => ({
    defineRole: new KubernetesApi(async () => tokens.defineRole),
    bindRole: new KubernetesApi(async () => tokens.bindRole),
    unbindRole: new KubernetesApi(async () => tokens.unbindRole),
    surveyCluster: new KubernetesApi(async () => tokens.surveyCluster),
    ...roles,
    deployment,
    now: systemClock.now,
    address: cluster.address,
    lowerFences: () => cluster.lowerFences(),
    raiseFences: () => cluster.raiseFences(),
  });
  clusterApiContract(given);
  taskRoleContract(given);
  foreignRoleContract(given);

  it('lets nobody look at a ClusterRole that the catalog does not name', async () => {
    for (const token of [tokens.bindRole, tokens.surveyCluster]) {
      const session = await new KubernetesApi(async () => token).connect(cluster.address);
      await expect(session.surveyRole('cluster-admin')).rejects.toBeInstanceOf(ClusterNotReady);
    }
  });

  // No controller fills them in here, as right after a cluster was made: they are made up from their parts.
  it.each<[string, string[], string[]]>([
    ['view', ['pods/log', 'configmaps', 'deployments'], []],
    [
      'edit',
      ['pods/log', 'secrets', 'serviceaccounts/token'],
      [
        'E06-impersonate-service-accounts',
        'E08-get-secrets',
        'E11-mint-tokens',
        'E13-start-pods',
        'E17-exec',
      ],
    ],
    [
      'admin',
      ['pods/log', 'secrets', 'rolebindings'],
      ['E06-impersonate-service-accounts', 'E17-exec', 'E34-write-role-bindings', 'E50-write-roles'],
    ],
  ])("resolves Kubernetes' own %s, and judges it", async (name, resources, ids) => {
    const session = await new KubernetesApi(async () => tokens.surveyCluster).connect(cluster.address);
    const found = await session.surveyRole(name);
    expect(rulesFound(found).flatMap((rule) => rule.resources)).toEqual(expect.arrayContaining(resources));
    const faults = foreignFaults(aViewer(name), found).join('\n');
    for (const id of ids) expect(faults).toContain(id);
    if (ids.length === 0) expect(faults).toBe('');
  });

  it('says Unavailable for a token that the cluster does not know', async () => {
    const session = await new KubernetesApi(async () => 'unknown').connect(cluster.address);
    const read = session.readRoleBinding('payments', 'x');
    await expect(read).rejects.toBeInstanceOf(Unavailable);
    await expect(read).rejects.toThrow(/401/);
    await expect(read).rejects.not.toThrow(/unknown/);
  });
});
