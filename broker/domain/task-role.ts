/** The Role of a grant that is for one task only: a pure function of its plan, named as its RoleBinding, made before it, deleted after it. */
import { managedBy } from './access-entry.ts';
import type { PolicyRule } from './catalog.ts';
import { canonicalRules } from './cluster-role.ts';
import type { BindPlan } from './plan.ts';
import { marks } from './role-binding.ts';

/** The part of a Kubernetes Role that Curfew writes and compares. */
export interface TaskRole {
  apiVersion: 'rbac.authorization.k8s.io/v1';
  kind: 'Role';
  metadata: {
    name: string;
    namespace: string;
    uid?: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
  rules: PolicyRule[];
}

/** One per namespace; none where the plan binds the catalog's role as it is. */
export function taskRolesOf(plan: BindPlan): TaskRole[] {
  const { task } = plan;
  if (!task) return [];
  return plan.bindings.map(({ namespace, name }) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: {
      name,
      namespace,
      labels: {
        [marks.managedBy]: managedBy,
        [marks.deployment]: plan.deployment,
        [marks.request]: plan.requestId.toLowerCase(),
      },
      annotations: {
        [marks.within]: plan.clusterRole,
        [marks.expiresAt]: plan.expiresAt,
        [marks.createBefore]: plan.createBefore,
      },
    },
    rules: canonicalRules(task.rules),
  }));
}
