/** A real API server, onboarded for the sample catalog, that knows each function of the cluster leg by a token. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { bindRoleUser, defineRoleUser, surveyClusterUser, unbindRoleUser } from '#cluster/identities.ts';
import { manifestsFor } from '#cluster/manifests.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { ensureKubernetesBinaries } from '#local/kubernetes/binaries.ts';
import { startCluster } from '#local/kubernetes/cluster.ts';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import { progressTo, silentProgress } from '#local/progress.ts';
import { aViewer } from '../builders/foreign-role.ts';
import { foreignRoles } from './foreign-roles.ts';

export const tokens = {
  defineRole: 'token-of-define-role',
  bindRole: 'token-of-bind-role',
  unbindRole: 'token-of-unbind-role',
  surveyCluster: 'token-of-survey-cluster',
} as const;
const users: Record<string, string> = {
  [tokens.defineRole]: defineRoleUser,
  [tokens.bindRole]: bindRoleUser,
  [tokens.unbindRole]: unbindRoleUser,
  [tokens.surveyCluster]: surveyClusterUser,
};

export const deployment = 'contract';

/** Not made by onboarding. */
const standing = Object.entries(foreignRoles).map(([name, role]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels: 'labels' in role ? role.labels : {} },
  rules: role.rules,
  ...('selectors' in role ? { aggregationRule: { clusterRoleSelectors: role.selectors } } : {}),
}));

export interface OnboardedCluster {
  address: ClusterAddress;
  /** kubectl as an administrator; throws when it fails. */
  admin(args: string[], input?: string): Promise<string>;
  lowerFences(): Promise<void>;
  raiseFences(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOnboardedCluster(): Promise<OnboardedCluster> {
  const dir = await mkdtemp(join(tmpdir(), 'curfew-contract-cluster-'));
  const binaries = await ensureKubernetesBinaries(progressTo());
  const authenticator = createServer(async (request, response) => {
    const review = (await json(request)) as { apiVersion: string; kind: string; spec: { token: string } };
    const username = users[review.spec.token];
    const status = username ? { authenticated: true, user: { username } } : { authenticated: false };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...review, status }));
  }).listen(0, '127.0.0.1');
  await once(authenticator, 'listening');
  const name = 'payments-prod';
  const cluster = await startCluster({
    dir,
    name,
    authenticatorUrl: `http://127.0.0.1:${(authenticator.address() as AddressInfo).port}/`,
    binaries,
    progress: silentProgress(),
  });

  async function admin(args: string[], input?: string): Promise<string> {
    const done = await kubectl(binaries, cluster.adminKubeconfig, args, input === undefined ? {} : { input });
    if (done.code === 0) return done.stdout;
    throw new Error(`kubectl ${args.join(' ')}: ${done.stderr}`);
  }
  const catalog = sampleCatalog();
  for (const clusterRole of [...Object.keys(foreignRoles), 'missing', 'view', 'edit', 'admin'])
    catalog.roles[clusterRole] = aViewer(clusterRole);
  // So that SurveyCluster may look at labels.
  catalog.roles['pod-reader']?.namespaces.push('team=payments');
  const { fences, roles, rights } = manifestsFor(catalog, name, deployment, undefined);
  const listed = (items: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

  /** Tries the probe as BindRole until it is answered as it should be: policies take a moment. */
  async function untilFenced(fenced: boolean): Promise<void> {
    const probe = ['create', 'rolebinding', 'probe', '-n', 'payments', '--user=nobody', '--dry-run=server'];
    for (let tries = 0; tries < 100; tries++) {
      const args = [...probe, `--clusterrole=${roles[0]?.metadata.name}`, `--as=${bindRoleUser}`];
      const done = await kubectl(binaries, cluster.adminKubeconfig, args);
      if ((done.code !== 0) === fenced) return;
      await sleep(100);
    }
    throw new Error(`The fences did not ${fenced ? 'rise' : 'fall'} within 10 s.`);
  }

  const it: OnboardedCluster = {
    address: {
      eksName: name,
      region: 'us-east-1',
      endpoint: cluster.url,
      certificateAuthority: Buffer.from(cluster.caPem).toString('base64'),
    },
    admin,
    async lowerFences() {
      await admin(['delete', '-f', '-', '--wait=true'], listed(fences));
      await untilFenced(false);
    },
    async raiseFences() {
      await admin(['apply', '-f', '-'], listed(fences));
      await untilFenced(true);
    },
    async stop() {
      await cluster.stop();
      authenticator.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  for (const namespace of ['payments', 'checkout', 'elsewhere'])
    await admin(['create', 'namespace', namespace]);
  await admin(['label', 'namespace', 'elsewhere', 'team=payments']);
  await admin(['apply', '-f', '-'], listed([...standing, ...roles, ...rights]));
  await it.raiseFences();
  return it;
}
