/** What the cluster leg may do, and no more: create or delete RoleBindings of the catalog's roles in the catalog's namespaces. */
import type { PolicyRule } from '#domain/catalog.ts';
import { bindRoleUser, unbindRoleUser } from './identities.ts';
import { type Manifest, rbac } from './manifest.ts';
import { namespacesOf, type OfferedRole } from './offer.ts';

export interface RightsManifest extends Manifest {
  rules?: PolicyRule[];
  roleRef?: { apiGroup: string; kind: 'Role' | 'ClusterRole'; name: string };
  subjects?: { apiGroup: string; kind: 'User'; name: string }[];
}

/**
 * `bind` is held per namespace, on exactly the roles offered there. Only reading the definitions has to be
 * cluster-wide, as ClusterRoles are; it is limited to the offered names.
 */
export function brokerRights(
  offer: readonly OfferedRole[],
  labels: Record<string, string>,
): RightsManifest[] {
  return [
    ...clusterWide(bindRoleUser, [onNamedClusterRoles('get', offer)], labels),
    ...namespacesOf(offer).flatMap((namespace) => [
      ...bindRights(
        namespace,
        offer.filter(({ namespaces }) => namespaces.includes(namespace)),
        labels,
      ),
      ...unbindRights(namespace, labels),
    ]),
  ];
}

function bindRights(namespace: string, offer: readonly OfferedRole[], labels: Record<string, string>) {
  const rules = [onRoleBindings('create', 'get'), onNamedClusterRoles('bind', offer)];
  return inNamespace(namespace, bindRoleUser, rules, labels);
}

function unbindRights(namespace: string, labels: Record<string, string>) {
  return inNamespace(namespace, unbindRoleUser, [onRoleBindings('delete', 'get')], labels);
}

function onRoleBindings(...verbs: string[]): PolicyRule {
  return { apiGroups: [rbac], resources: ['rolebindings'], verbs };
}

/** Throws on an empty offer: to Kubernetes an empty list of names means every name. */
function onNamedClusterRoles(verb: 'bind' | 'get', offer: readonly OfferedRole[]): PolicyRule {
  const resourceNames = offer.map(({ clusterRole }) => clusterRole).sort();
  if (resourceNames.length === 0) throw new TypeError(`No names to limit "${verb} clusterroles" to.`);
  return { apiGroups: [rbac], resources: ['clusterroles'], verbs: [verb], resourceNames };
}

function inNamespace(
  namespace: string,
  user: string,
  rules: PolicyRule[],
  labels: Record<string, string>,
): RightsManifest[] {
  const metadata = { name: user, namespace, labels };
  return [
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: user },
      subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
    },
  ];
}

function clusterWide(user: string, rules: PolicyRule[], labels: Record<string, string>): RightsManifest[] {
  const metadata = { name: user, labels };
  return [
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: user },
      subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
    },
  ];
}
