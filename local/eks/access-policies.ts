/**
 * EKS access policies. On EKS an authorizer of its own judges them; an API server on one machine has only RBAC. So the
 * one policy that is carried out here, cluster admin over the whole cluster, is a group that the authenticator adds and
 * that a ClusterRoleBinding of the local cluster gives `cluster-admin`. The others are refused rather than ignored.
 */
import type { AccessEntry, AssociatedPolicy } from './access-entries.ts';
import { EksError } from './errors.ts';

const arnPrefix = 'arn:aws:eks::aws:cluster-access-policy/';

export const clusterAdminPolicyArn = `${arnPrefix}AmazonEKSClusterAdminPolicy`;

export const accessPolicies = [
  'AmazonEKSClusterAdminPolicy',
  'AmazonEKSAdminPolicy',
  'AmazonEKSAdminViewPolicy',
  'AmazonEKSEditPolicy',
  'AmazonEKSViewPolicy',
].map((name) => ({ name, arn: arnPrefix + name }));

/** Has `cluster-admin` in a local cluster; no access entry can name it, for its prefix is reserved. */
export const clusterAdminGroup = 'eks:local-cluster-admin';

/** To be applied to each local cluster, by its administrator. */
export const clusterAdminBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: clusterAdminGroup },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: clusterAdminGroup }],
};

/** Groups that stand for an entry's policies. */
export function policyGroups(entry: AccessEntry): string[] {
  return entry.policies.some(({ policyArn }) => policyArn === clusterAdminPolicyArn)
    ? [clusterAdminGroup]
    : [];
}

export function requireCarriedOut(policyArn: string, scope: 'cluster' | 'namespace'): void {
  if (!accessPolicies.some(({ arn }) => arn === policyArn)) {
    throw new EksError('InvalidParameterException', `The specified policyArn is invalid: ${policyArn}.`);
  }
  if (policyArn !== clusterAdminPolicyArn || scope !== 'cluster') {
    throw new EksError(
      'InvalidRequestException',
      `The local cloud carries out ${clusterAdminPolicyArn} for a whole cluster only. Use Kubernetes groups and RBAC.`,
    );
  }
}

export function policyView(policy: AssociatedPolicy): Record<string, unknown> {
  return { ...policy, associatedAt: policy.associatedAt / 1000, modifiedAt: policy.modifiedAt / 1000 };
}
