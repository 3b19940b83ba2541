/** The Role of a grant that is for one task only: a pure function of its plan, named as its RoleBinding, made before it, deleted after it. */
import type { PolicyRule } from './catalog.ts';
import { canonicalRules, rulesDigest } from './cluster-role.ts';
import type { BindPlan } from './plan.ts';
import { allows } from './rbac.ts';
import { type Metadata, marks, marksOf } from './role-binding.ts';

/** The part of a Kubernetes Role that Curfew writes and compares. */
export interface TaskRole {
  apiVersion: 'rbac.authorization.k8s.io/v1';
  kind: 'Role';
  metadata: Metadata;
  rules: PolicyRule[];
}

/** What a Role of a task may hold at most; admission refuses more, as judging it has to stay cheap. */
export const taskLimits = { rules: 32, verbs: 12, names: 20 } as const;

/**
 * Whether rules lie within bounds, as admission judges it too: each names one group and one resource and no wildcards, and
 * the bounds allow each of its verbs, on each of its names.
 */
export function liesWithin(rules: readonly PolicyRule[], bounds: readonly PolicyRule[]): boolean {
  const { length } = rules;
  return length > 0 && length <= taskLimits.rules && rules.every((rule) => ruleLiesWithin(rule, bounds));
}

function ruleLiesWithin(rule: PolicyRule, bounds: readonly PolicyRule[]): boolean {
  const { apiGroups, resources, verbs, resourceNames = [] } = rule;
  const [apiGroup, ...otherGroups] = apiGroups;
  const [resource, ...otherResources] = resources;
  if (apiGroup === undefined || resource === undefined) return false;
  if (otherGroups.length > 0 || otherResources.length > 0) return false;
  if (verbs.length > taskLimits.verbs || resourceNames.length > taskLimits.names) return false;
  if ([apiGroup, resource, ...verbs].some((word) => word.includes('*'))) return false;
  const names = resourceNames.length === 0 ? [undefined] : resourceNames;
  return verbs.every((verb) => names.every((name) => allows(bounds, { verb, apiGroup, resource, name })));
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
      labels: marksOf(plan),
      annotations: {
        [marks.within]: plan.clusterRole,
        [marks.expiresAt]: plan.expiresAt,
        [marks.createBefore]: plan.createBefore,
      },
    },
    rules: canonicalRules(task.rules),
  }));
}

/** Whether what stands there is exactly what the plan wants. */
export function definesSame(found: TaskRole, wanted: TaskRole): boolean {
  return (
    rulesDigest(found.rules) === rulesDigest(wanted.rules) &&
    Object.entries(wanted.metadata.annotations).every(
      ([key, value]) => found.metadata.annotations[key] === value,
    )
  );
}
