/** What `curfew onboard` puts into a cluster: Kubernetes objects as plain values, and how they are known to be ours. */

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

/**
 * Value of `app.kubernetes.io/managed-by` on everything that onboarding makes. Grants carry `curfew` instead, so that
 * the fences around grants never stand in the way of onboarding, and UnbindRole can never delete its own rights.
 */
export const onboardedBy = 'curfew-onboard';

export const rbac = 'rbac.authorization.k8s.io';

/** `ClusterRole curfew:pod-reader:1a2b3c4d`, `Role payments/curfew-system:bind-role`: names an object to a person. */
export function nameOf(object: { kind: string; metadata: { name: string; namespace?: string } }): string {
  const { name, namespace } = object.metadata;
  return `${object.kind} ${namespace ? `${namespace}/` : ''}${name}`;
}
