/** Rights in a cluster: rules of RBAC, and the binding that gives them to one user or service account, under one name. */
import type { PolicyRule } from '#domain/catalog.ts';
import { type Manifest, rbac } from './manifest.ts';

export type Holder =
  | { apiGroup: string; kind: 'User'; name: string }
  | { kind: 'ServiceAccount'; name: string; namespace: string };

export interface Rights extends Manifest {
  rules?: PolicyRule[];
  roleRef?: { apiGroup: string; kind: 'Role' | 'ClusterRole'; name: string };
  subjects?: Holder[];
}

export function onRoleBindings(...verbs: string[]): PolicyRule {
  return { apiGroups: [rbac], resources: ['rolebindings'], verbs };
}

export function onRoles(...verbs: string[]): PolicyRule {
  return { apiGroups: [rbac], resources: ['roles'], verbs };
}

/** What a grant may consist of. */
export function onBoth(...verbs: string[]): PolicyRule {
  return { apiGroups: [rbac], resources: ['rolebindings', 'roles'], verbs };
}

export function userNamed(name: string): Holder {
  return { apiGroup: rbac, kind: 'User', name };
}

export function inNamespace(
  namespace: string,
  name: string,
  rules: PolicyRule[],
  labels: Record<string, string>,
  holder = userNamed(name),
): Rights[] {
  return given('Role', { name, namespace, labels }, rules, holder);
}

export function clusterWide(
  name: string,
  rules: PolicyRule[],
  labels: Record<string, string>,
  holder = userNamed(name),
): Rights[] {
  return given('ClusterRole', { name, labels }, rules, holder);
}

function given(
  kind: 'Role' | 'ClusterRole',
  metadata: Manifest['metadata'],
  rules: PolicyRule[],
  holder: Holder,
): Rights[] {
  return [
    { apiVersion: `${rbac}/v1`, kind, metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: rbac, kind, name: metadata.name },
      subjects: [holder],
    },
  ];
}
