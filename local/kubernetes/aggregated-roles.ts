/** What a controller does on a real cluster, of which there is none here: fills in the ClusterRoles that take over the rules of others. */
import type { KubernetesBinaries } from './binaries.ts';
import { kubectl } from './kubectl.ts';

interface ClusterRole {
  metadata: { name: string; labels?: Record<string, string> };
  rules: object[] | null;
  aggregationRule?: { clusterRoleSelectors: { matchLabels: Record<string, string> }[] };
}

/** In the order in which they take over each other. */
const names = ['view', 'edit', 'admin'];

/** Kubernetes' own, once: what is added to them later stays for others to find. */
export async function fillAggregatedRoles(binaries: KubernetesBinaries, kubeconfig: string): Promise<void> {
  const run = async (args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(binaries, kubeconfig, args);
    if (code === 0) return stdout;
    throw new Error(`kubectl ${args[0]} ${args[1]} failed:\n${stderr}`);
  };
  const all: ClusterRole[] = JSON.parse(await run(['get', 'clusterroles', '-o', 'json'])).items;
  for (const name of names) {
    const role = all.find(({ metadata }) => metadata.name === name);
    if (!role?.aggregationRule) throw new Error(`The cluster has no aggregating ClusterRole ${name}.`);
    const { clusterRoleSelectors } = role.aggregationRule;
    role.rules = all
      .filter(({ metadata: { labels = {} } }) =>
        clusterRoleSelectors.some(({ matchLabels }) =>
          Object.entries(matchLabels).every(([key, value]) => labels[key] === value),
        ),
      )
      .flatMap(({ rules }) => rules ?? []);
    await run(['patch', 'clusterrole', name, '--type=merge', '-p', JSON.stringify({ rules: role.rules })]);
  }
}
