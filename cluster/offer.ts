/** What the catalog offers on one cluster: each role under its content-addressed name, and where and how long it can be had. */
import type { Catalog, CatalogRole, PolicyRule } from '#domain/catalog.ts';
import { canonicalRules, clusterRoleName } from '#domain/cluster-role.ts';
import { InvalidInput } from '#domain/errors.ts';
import { type Existing, isFor, isSelector, namespacesOn } from '#domain/namespaces.ts';

export interface OfferedRole {
  role: string;
  clusterRole: string;
  /** Empty of a role that isn't ours: it stands there already, with rules that nobody here knows. */
  rules: PolicyRule[];
  ours: boolean;
  /** Whether it is had in part, for one task: as well as whole, in no other way, or never. */
  tasks: CatalogRole['tasks'];
  /** Sorted; never a protected one, never empty. */
  namespaces: string[];
  /** Of those, the ones that are offered for their labels alone; each by any of these selectors. */
  byLabel: Record<string, string[]>;
  maxDurationSeconds: number;
}

/**
 * Roles that can be asked for on a cluster, sorted by name. Throws InvalidInput when the catalog offers nothing there.
 *
 * @param existing namespaces of the cluster, among which those are that patterns and labels stand for
 */
export function offerOn(
  catalog: Catalog,
  clusterName: string,
  existing: readonly Existing[] = [],
): OfferedRole[] {
  const cluster = Object.hasOwn(catalog.clusters, clusterName) ? catalog.clusters[clusterName] : undefined;
  if (!cluster) {
    const known = Object.keys(catalog.clusters).sort().join(', ') || 'none';
    throw new InvalidInput(`The catalog has no cluster "${clusterName}". It knows: ${known}.`);
  }
  const offer = Object.entries(catalog.roles)
    .filter(([, role]) => role.clusters.includes(clusterName))
    .map(([name, role]) => {
      const namespaces = namespacesOn(role, cluster, existing);
      return {
        role: name,
        ...definitionOf(name, role),
        tasks: role.tasks,
        namespaces,
        byLabel: byLabel(role, namespaces),
        maxDurationSeconds: role.maxDuration,
      };
    })
    .filter(({ namespaces }) => namespaces.length > 0)
    .sort((a, b) => (a.role < b.role ? -1 : 1));
  if (offer.length === 0) {
    throw new InvalidInput(
      `The catalog offers no role on cluster "${clusterName}": name it under \`clusters\` of a role whose namespaces exist and are not protected there.`,
    );
  }
  return offer;
}

/** Whether any role is for namespaces of this cluster by their labels, also where none has them yet. */
export function goesByLabels({ roles }: Pick<Catalog, 'roles'>, clusterName: string): boolean {
  return Object.values(roles).some(
    ({ clusters, namespaces }) => clusters.includes(clusterName) && namespaces.some(isSelector),
  );
}

function byLabel(role: CatalogRole, namespaces: readonly string[]): Record<string, string[]> {
  const selectors = role.namespaces.filter(isSelector);
  return Object.fromEntries(
    namespaces.filter((namespace) => !isFor(role, namespace)).map((namespace) => [namespace, selectors]),
  );
}

function definitionOf(
  name: string,
  { rules, clusterRole }: CatalogRole,
): Pick<OfferedRole, 'clusterRole' | 'rules' | 'ours'> {
  if (!rules) return { clusterRole, rules: [], ours: false };
  return { clusterRole: clusterRoleName(name, rules), rules: canonicalRules(rules), ours: true };
}

/** The ClusterRoles of an offer that aren't ours, sorted, each with the roles of the catalog that give it. */
export function rolesNamed(offer: readonly OfferedRole[]): Map<string, string[]> {
  const foreign = Map.groupBy(
    offer.filter(({ ours }) => !ours),
    ({ clusterRole }) => clusterRole,
  );
  const named = [...foreign].map(
    ([clusterRole, list]) => [clusterRole, list.map(({ role }) => role)] as const,
  );
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Roles that tasks may lie within. */
export function boundsIn(offer: readonly OfferedRole[]): OfferedRole[] {
  return offer.filter(({ ours, tasks }) => ours && tasks !== 'never');
}

/** Every namespace of an offer, each once, sorted. */
export function namespacesOf(offer: readonly OfferedRole[]): string[] {
  return [...new Set(offer.flatMap(({ namespaces }) => namespaces))].sort();
}
