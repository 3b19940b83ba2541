/** The RoleBinding of a grant: a pure function of its plan, so a repeated create can be compared and a foreign one told apart. */
import { managedBy } from './access-entry.ts';
import type { BindPlan } from './plan.ts';

export const marks = {
  managedBy: 'app.kubernetes.io/managed-by',
  deployment: 'curfew.dev/deployment',
  request: 'curfew.dev/request',
  expiresAt: 'curfew.dev/expires-at',
  createBefore: 'curfew.dev/create-before',
  /** On a task role and its RoleBinding: the catalog's ClusterRole that it lies within. */
  within: 'curfew.dev/within',
} as const;

/** Of a RoleBinding or Role: what Curfew writes and compares. */
export interface Metadata {
  name: string;
  namespace: string;
  uid?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** The part of a Kubernetes RoleBinding that Curfew writes and compares. */
export interface RoleBinding {
  apiVersion: 'rbac.authorization.k8s.io/v1';
  kind: 'RoleBinding';
  metadata: Metadata;
  roleRef: { apiGroup: 'rbac.authorization.k8s.io'; kind: 'ClusterRole' | 'Role'; name: string };
  subjects: { apiGroup: 'rbac.authorization.k8s.io'; kind: 'User' | 'Group'; name: string }[];
}

/** What tells whose an object is. */
export interface Marked {
  metadata: { labels: Record<string, string> };
}

/** What marks the RoleBinding, and the Role, of a grant as ours. */
export function marksOf({ deployment, requestId }: Pick<BindPlan, 'deployment' | 'requestId'>) {
  return {
    [marks.managedBy]: managedBy,
    [marks.deployment]: deployment,
    [marks.request]: requestId.toLowerCase(),
  };
}

export function roleBindingsOf(plan: BindPlan): RoleBinding[] {
  return plan.bindings.map(({ namespace, name }) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      name,
      namespace,
      labels: marksOf(plan),
      annotations: {
        ...(plan.task ? { [marks.within]: plan.clusterRole } : {}),
        [marks.expiresAt]: plan.expiresAt,
        [marks.createBefore]: plan.createBefore,
      },
    },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      ...(plan.task ? { kind: 'Role', name } : { kind: 'ClusterRole', name: plan.clusterRole }),
    },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', ...plan.subject }],
  }));
}

/** Whether a RoleBinding or Role is ours: made by this deployment for this request. */
export function isOurs(found: Marked, deployment: string, requestId: string): boolean {
  const { labels } = found.metadata;
  return (
    labels[marks.managedBy] === managedBy &&
    labels[marks.deployment] === deployment &&
    labels[marks.request] === requestId.toLowerCase()
  );
}

/** Whether what stands there grants exactly what the plan wants. */
export function grantsSame(found: RoleBinding, wanted: RoleBinding): boolean {
  const [subject, ...others] = found.subjects;
  const [want] = wanted.subjects;
  return (
    others.length === 0 &&
    subject !== undefined &&
    want !== undefined &&
    subject.kind === want.kind &&
    subject.name === want.name &&
    found.roleRef.kind === wanted.roleRef.kind &&
    found.roleRef.name === wanted.roleRef.name &&
    Object.entries(wanted.metadata.annotations).every(
      ([key, value]) => found.metadata.annotations[key] === value,
    )
  );
}
