/** How to find out, as BindRole and before each grant, whether a cluster's fences hold: try what they must refuse. */
import type { RoleBinding } from '#domain/role-binding.ts';
import type { TaskRole } from '#domain/task-role.ts';
import { bindRoleFence } from './fences/bind-role.ts';
import { defineRoleFence } from './fences/define-role.ts';
import { rbac } from './manifest.ts';

const probeName = 'curfew-fence-probe';

/**
 * The forbidden RoleBinding: one that RBAC alone would let BindRole create (the role is one it may bind, the namespace
 * one it may write in), but without any of Curfew's marks and for nobody. Send it with `dryRun=All`, as BindRole.
 * Its name is no grant's, so it is only judged as a create by BindRole.
 */
export function forbiddenBinding(namespace: string, clusterRole: string): RoleBinding {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: probeName, namespace, labels: {}, annotations: {} },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: clusterRole },
    subjects: [{ apiGroup: rbac, kind: 'User', name: 'curfew-system:nobody' }],
  };
}

/**
 * The forbidden Role: one that RBAC alone would let DefineRole create, since it may escalate, but without any of Curfew's
 * marks and without bounds. Send it with `dryRun=All`, as DefineRole.
 */
export function forbiddenRole(namespace: string): TaskRole {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { name: probeName, namespace, labels: {}, annotations: {} },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  };
}

/**
 * Whether an answer to the dry run came from the fence around who creates such objects: HTTP 422 that names the policy.
 * Anything else proves nothing: 201 is a cluster without fences, 403 one where rights are lacking (RBAC judges first).
 *
 * @param kind what was tried: a RoleBinding as BindRole, or a Role as DefineRole
 * @param status HTTP status of the answer
 * @param message `message` of the Status object in its body
 */
export function isFenceRefusal(kind: 'RoleBinding' | 'Role', status: number, message: string): boolean {
  const fence = kind === 'Role' ? defineRoleFence : bindRoleFence;
  return status === 422 && message.includes(`ValidatingAdmissionPolicy '${fence}'`);
}
