/** What the admission policies for CREATE refuse, as far as Curfew itself could run into it. Each throws PlanRefused. */
import { managedBy } from '#domain/access-entry.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { PlanRefused } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import { liesWithin, type TaskRole } from '#domain/task-role.ts';

export function admitBinding(binding: RoleBinding, now: Instant): void {
  const { metadata, roleRef, subjects } = binding;
  admit(binding, now);
  const ownRole = roleRef.name === metadata.name && metadata.annotations[marks.within] !== undefined;
  if (roleRef.kind === 'Role' && !ownRole) throw refusal(binding, 'its Role is not its own');
  if (subjects.length !== 1 || !subjects[0]?.name.startsWith('curfew:'))
    throw refusal(binding, 'its subject is not one of ours');
}

/** `clusterRoles`: those of the cluster, of which one is its bounds. */
export function admitRole(
  role: TaskRole,
  clusterRoles: ReadonlyMap<string, { rules: readonly PolicyRule[] }>,
  now: Instant,
): void {
  admit(role, now);
  const bounds = clusterRoles.get(role.metadata.annotations[marks.within] ?? '');
  if (!bounds) throw refusal(role, 'it lies within nothing that is offered');
  if (!liesWithin(role.rules, bounds.rules)) throw refusal(role, 'its rules do not lie within their bounds');
}

/** Of both kinds. */
function admit(object: RoleBinding | TaskRole, now: Instant): void {
  const { name, labels, annotations } = object.metadata;
  const createBefore = annotations[marks.createBefore];
  if (labels[marks.managedBy] !== managedBy) throw refusal(object, 'it is not marked as ours');
  if (name !== `curfew-${labels[marks.request]}`)
    throw refusal(object, 'its name is not that of its request');
  if (!createBefore || !(now < createBefore)) throw refusal(object, 'create-before has passed');
}

function refusal({ kind, metadata: { namespace, name } }: RoleBinding | TaskRole, why: string): PlanRefused {
  return new PlanRefused(`Admission refused ${kind} ${namespace}/${name}: ${why}.`);
}
