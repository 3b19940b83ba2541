/** Objects of Kubernetes as Curfew knows them: only what it writes and compares. */
import type { V1ObjectMeta, V1Role, V1RoleBinding } from '@kubernetes/client-node';
import * as z from 'zod';
import type { PolicyRule } from '#domain/catalog.ts';
import type { RoleBinding } from '#domain/role-binding.ts';
import type { TaskRole } from '#domain/task-role.ts';

/** Rules over URLs and other things that the catalog doesn't know are not ours. */
export const catalogRules = z.array(
  z.strictObject({
    apiGroups: z.array(z.string()).min(1),
    resources: z.array(z.string()).min(1),
    verbs: z.array(z.string()).min(1),
    resourceNames: z.array(z.string()).min(1).exactOptional(),
  }),
);

/** A subject or reference of another kind keeps its words, and so never compares equal. */
export function roleBindingOf({ metadata, roleRef, subjects = [] }: V1RoleBinding): RoleBinding {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadataOf(metadata),
    roleRef: roleRef as RoleBinding['roleRef'],
    subjects: subjects.map(
      ({ apiGroup, kind, name }) => ({ apiGroup, kind, name }) as RoleBinding['subjects'][number],
    ),
  };
}

/** Whatever rules stand there: one that somebody else wrote has to be told too, so that it can be removed. */
export function taskRoleOf({ metadata, rules }: V1Role): TaskRole {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: metadataOf(metadata),
    rules: (rules ?? []).map(ruleOf),
  };
}

export function roleBodyOf(role: TaskRole): V1Role {
  return { ...role, rules: role.rules.map(ruleOf) };
}

function ruleOf({
  apiGroups = [],
  resources = [],
  verbs,
  resourceNames = [],
}: Partial<PolicyRule> & Pick<PolicyRule, 'verbs'>) {
  // To Kubernetes an empty list of names means every name, as none does.
  return { apiGroups, resources, verbs, ...(resourceNames.length === 0 ? {} : { resourceNames }) };
}

function metadataOf(metadata: V1ObjectMeta | undefined): RoleBinding['metadata'] {
  return {
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    ...(metadata?.uid === undefined ? {} : { uid: metadata.uid }),
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
  };
}
