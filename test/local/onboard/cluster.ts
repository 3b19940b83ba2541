/** A real API server for one test file, and calls to it as anyone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { janitorImage } from '#cluster/janitor/manifests.ts';
import type { Catalog } from '#domain/catalog.ts';
import { catalogSchema } from '#domain/catalog.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { ensureKubernetesBinaries, type KubernetesBinaries } from '#local/kubernetes/binaries.ts';
import { type LocalCluster, startCluster } from '#local/kubernetes/cluster.ts';
import { silentProgress } from '#local/progress.ts';
import type { EntryApi, FoundEntry } from '../../../cli/onboard/broker-entries.ts';
import { accessByKubeconfig } from '../../../cli/onboard/cluster-access.ts';
import {
  type KubernetesAnswer,
  type KubernetesApi,
  kubernetesApi,
} from '../../../cli/onboard/kubernetes-call.ts';
import type { Onboarding } from '../../../cli/onboard/onboard.ts';

export const deployment = {
  id: 'curfew',
  bindRoleArn: 'arn:aws:iam::111122223333:role/curfew-BindRole',
  defineRoleArn: 'arn:aws:iam::111122223333:role/curfew-DefineRole',
  unbindRoleArn: 'arn:aws:iam::111122223333:role/curfew-UnbindRole',
  surveyClusterArn: 'arn:aws:iam::111122223333:role/curfew-SurveyCluster',
};

const pods = {
  apiGroups: [''],
  resources: ['pods', 'pods/log', 'services'],
  verbs: ['get', 'list', 'watch'],
};
const role = {
  description: 'For tests',
  duty: 'monitoring',
  rules: [pods],
  clusters: ['payments-prod'],
  namespaces: ['payments', 'checkout'],
  maxDuration: '4h',
  reviews: { required: 0 },
};

/** `pod-reader` in payments and checkout for 4 hours, `deployer` in payments for 1. Input form of the file. */
export function catalogInput() {
  const deployments = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'] };
  return {
    version: 1,
    clusters: { 'payments-prod': { protectedNamespaces: ['vault'] } },
    roles: {
      'pod-reader': structuredClone(role),
      deployer: {
        ...structuredClone(role),
        rules: [deployments],
        accepts: [{ escalation: 'E14-change-deployments', reason: 'Rolling out is changing what runs.' }],
        namespaces: ['payments'],
        maxDuration: '1h',
      },
    },
    reviewers: {},
  };
}

export function catalogOf(change: (input: ReturnType<typeof catalogInput>) => void = () => {}): Catalog {
  const input = catalogInput();
  change(input);
  return catalogSchema.parse(input);
}

/** Access entries of one cluster, as far as onboarding sees them. */
export class EntriesInMemory implements EntryApi {
  readonly entries = new Map<string, FoundEntry>();
  async find(principalArn: string) {
    return this.entries.get(principalArn);
  }
  async create({ principalArn, username }: { principalArn: string; username: string }) {
    this.entries.set(principalArn, { username, groups: [], type: 'STANDARD', policies: [] });
  }
  async remove(principalArn: string) {
    this.entries.delete(principalArn);
  }
}

export interface TestCluster {
  binaries: KubernetesBinaries;
  cluster: LocalCluster;
  address: ClusterAddress;
  api: KubernetesApi;
  /** What onboarding needs, with entries of its own. */
  onboarding(catalog?: Catalog): Onboarding & { entries: EntriesInMemory };
  /** As cluster-admin, or as somebody else; throws on a failure that a test did not ask for. */
  must(call: Parameters<KubernetesApi>[0]): Promise<KubernetesAnswer['body']>;
  createNamespaces(...names: string[]): Promise<void>;
  /** Makes a user cluster-admin: whatever is refused then, a fence refuses. */
  makeAdmin(user: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestCluster(): Promise<TestCluster> {
  const dir = await mkdtemp(path.join(tmpdir(), 'curfew-onboard-'));
  const binaries = await ensureKubernetesBinaries(silentProgress());
  const cluster = await startCluster({ dir, name: 'payments-prod', binaries, progress: silentProgress() });
  const address = {
    eksName: 'payments-prod',
    region: 'eu-central-1',
    endpoint: cluster.url,
    certificateAuthority: Buffer.from(cluster.caPem).toString('base64'),
  };
  const api = kubernetesApi(await accessByKubeconfig(address, { kubeconfig: cluster.adminKubeconfig }));
  const entries = new EntriesInMemory();
  const must: TestCluster['must'] = async (call) => {
    const { status, body } = await api(call);
    if (status >= 200 && status < 300) return body;
    throw new Error(`${call.method} ${call.path} was answered ${status}: ${body?.message}`);
  };
  return {
    binaries,
    cluster,
    address,
    api,
    must,
    onboarding: (catalog = catalogOf()) => ({
      cluster: 'payments-prod',
      eks: address,
      catalog,
      deployment,
      janitorImage,
      api,
      entries,
    }),
    async createNamespaces(...names) {
      for (const name of names) {
        await must({
          method: 'POST',
          path: '/api/v1/namespaces',
          body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        });
      }
    },
    async makeAdmin(user) {
      await must({
        method: 'POST',
        path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
        body: {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
          metadata: { name: `too-much-for-${user}` },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
        },
      });
      // The API server learns of rights a moment after they are written.
      const look = { method: 'GET', path: '/api/v1/namespaces/default/secrets', as: user } as const;
      // Not expect.poll: this is called before the tests too.
      await vi.waitFor(() => must(look), { timeout: 20_000 });
    },
    async stop() {
      await cluster.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
