/** How to find out, as BindRole and before each grant, whether a cluster's fences hold: try what they must refuse. */
import type { RoleBinding } from '#domain/role-binding.ts';
import { bindRoleFence } from './fences/bind-role.ts';
import { rbac } from './manifest.ts';

/**
 * The forbidden RoleBinding: one that RBAC alone would let BindRole create (the role is one it may bind, the namespace
 * one it may write in), but without any of Curfew's marks and for nobody. Send it with `dryRun=All`, as BindRole.
 * Its name is no grant's, so it is only judged as a create by BindRole.
 */
export function forbiddenBinding(namespace: string, clusterRole: string): RoleBinding {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'curfew-fence-probe', namespace, labels: {}, annotations: {} },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: clusterRole },
    subjects: [{ apiGroup: rbac, kind: 'User', name: 'curfew-system:nobody' }],
  };
}

/**
 * Whether an answer to the dry run came from the fence around BindRole: HTTP 422 that names the policy. Anything else
 * proves nothing: 201 is a cluster without fences, 403 one where BindRole lacks its rights (RBAC judges first).
 *
 * @param status HTTP status of the answer
 * @param message `message` of the Status object in its body
 */
export function isFenceRefusal(status: number, message: string): boolean {
  return status === 422 && message.includes(`ValidatingAdmissionPolicy '${bindRoleFence}'`);
}
