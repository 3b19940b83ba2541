/** The ClusterRoles of the catalog's own roles: immutable under their content-addressed names, and without aggregation. */
import type { PolicyRule } from '#domain/catalog.ts';
import { type Manifest, rbac } from './manifest.ts';
import type { OfferedRole } from './offer.ts';

export interface ClusterRole extends Manifest {
  rules: PolicyRule[];
}

/** Only what the name stands for goes in: a description would have to change, and these objects never do. */
export function roleDefinitions(
  offer: readonly OfferedRole[],
  labels: Record<string, string>,
): ClusterRole[] {
  const own = offer.filter(({ ours }) => ours);
  return own.map(({ clusterRole, rules }) => ({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: clusterRole, labels },
    rules,
  }));
}
