/** What runs in the example cluster before Curfew comes: two teams' namespaces with pods, logs of none, and secrets. */
import { fillAggregatedRoles } from './kubernetes/aggregated-roles.ts';
import type { KubernetesBinaries } from './kubernetes/binaries.ts';
import type { LocalCluster } from './kubernetes/cluster.ts';
import { kubectl } from './kubernetes/kubectl.ts';

const namespaces = ['payments', 'checkout', 'platform'];

function manifests(): unknown[] {
  return namespaces.flatMap((namespace) => [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${namespace}-web-0`, namespace, labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'registry.example.com/web:1.42' }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace },
      stringData: { password: 'not-for-everyone' },
    },
  ]);
}

/** Throws with kubectl's words when the cluster refuses any of it. */
export async function fillCluster(binaries: KubernetesBinaries, cluster: LocalCluster): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests() });
  const { code, stderr } = await kubectl(binaries, cluster.adminKubeconfig, ['apply', '-f', '-'], { input });
  if (code !== 0) throw new Error(`The cluster could not be filled:\n${stderr}`);
  await fillAggregatedRoles(binaries, cluster.adminKubeconfig);
}
