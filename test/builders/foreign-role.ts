/** The role viewer: a ClusterRole `view` that the clusters have already, as Kubernetes brings it, made of others. */
import type { MemoryCluster } from '#adapters/memory/cluster.ts';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import type { Catalog, CatalogRole, PolicyRule } from '#domain/catalog.ts';

export const reads = (resource: string): PolicyRule => ({
  apiGroups: [''],
  resources: [resource],
  verbs: ['get', 'list'],
});

/** Like the pod-reader, but for what it lets one do. */
export function aViewer(clusterRole = 'view'): CatalogRole & { clusterRole: string } {
  const { 'pod-reader': podReader } = sampleCatalog().roles;
  if (!podReader?.rules) throw new Error('The sample catalog has a pod-reader with rules.');
  const { rules: _, ...like } = podReader;
  return { ...like, description: 'See what is there.', duty: 'monitoring', clusterRole };
}

export function offerViewer(catalog: Catalog, changes: object = {}): void {
  catalog.roles.viewer = { ...aViewer(), ...changes };
}

const toView = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };

/** Puts `view` onto a cluster, which takes over two others. */
export function haveView({ clusterRoles }: MemoryCluster): void {
  clusterRoles.set('view', { rules: [], selectors: [{ matchLabels: toView }] });
  clusterRoles.set('system:aggregate-to-view', { rules: [reads('pods')], labels: toView });
  clusterRoles.set('more-of-view', { rules: [reads('services')], labels: toView });
}

/** As an operator does that brings its own: a ClusterRole that `view` takes over from now on. */
export function widenView({ clusterRoles }: MemoryCluster, rule = reads('configmaps')): void {
  clusterRoles.set('by-an-operator', { rules: [rule], labels: toView });
}

export function narrowView({ clusterRoles }: MemoryCluster): void {
  clusterRoles.delete('by-an-operator');
}
