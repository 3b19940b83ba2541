/** ClusterRoles that the catalog names and the cluster has already: whether they are there, what they let one do, and whether that may be given. */
import { type OfferedRole, rolesNamed } from '#cluster/offer.ts';
import { allowedBy, type FoundClusterRole } from '#domain/aggregation.ts';
import type { Catalog } from '#domain/catalog.ts';
import { listed } from '#domain/catalog-lookup.ts';
import { ClusterNotReady } from '#domain/errors.ts';
import { foreignFaults, rulesFound } from '#domain/foreign-role.ts';
import { rulesInWords } from '#domain/rules-in-words.ts';
import { listObjects, type Standing } from './cluster-objects.ts';
import type { KubernetesApi } from './kubernetes-call.ts';

export interface ForeignRole {
  clusterRole: string;
  /** Of the catalog, that give it. */
  roles: string[];
  /** What it lets one do, in plain words. */
  allows: string[];
}

type StandingRole = Standing & {
  metadata: { labels?: Record<string, string> };
  rules?: FoundClusterRole['rules'] | null;
  aggregationRule?: { clusterRoleSelectors?: FoundClusterRole['selectors'] | null };
};

/** Throws ClusterNotReady with everything that keeps one from being given: nobody gets `bind` on what is a ladder. */
export async function checkForeignRoles(
  api: KubernetesApi,
  { roles }: Pick<Catalog, 'roles'>,
  offer: readonly OfferedRole[],
): Promise<ForeignRole[]> {
  const foreign = rolesNamed(offer);
  if (foreign.size === 0) return [];
  const all = ((await listObjects(api, 'ClusterRole')) as StandingRole[]).map(
    ({ metadata, rules, aggregationRule }): FoundClusterRole => ({
      name: metadata.name,
      labels: metadata.labels ?? {},
      rules: rules ?? [],
      selectors: aggregationRule?.clusterRoleSelectors ?? [],
    }),
  );
  const faults: string[] = [];
  const found = [...foreign].map(([clusterRole, names]) => {
    const surveyed = allowedBy(clusterRole, all);
    for (const name of names) {
      const role = listed(roles, name);
      if (role?.clusterRole !== undefined)
        faults.push(...foreignFaults(role, surveyed).map((fault) => `role ${name}: ${fault}`));
    }
    return { clusterRole, roles: names, allows: rulesInWords(rulesFound(surveyed)) };
  });
  if (faults.length === 0) return found;
  throw new ClusterNotReady(
    `The catalog names ClusterRoles that can't be given here. Nothing was changed.\n${faults.map((fault) => `  - ${fault}`).join('\n')}\n` +
      'Make, name or narrow them otherwise, accept in the catalog what is wanted, or leave the cluster out of these roles.',
    { details: { faults } },
  );
}
