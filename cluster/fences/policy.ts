/** A fence is a ValidatingAdmissionPolicy and the binding that puts it in force, under one name. */
import type { Manifest } from '../manifest.ts';

export interface ResourceRule {
  apiGroups: string[];
  apiVersions: string[];
  operations: ('CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT' | '*')[];
  resources: string[];
  /** Absent: both. */
  scope?: 'Cluster' | 'Namespaced';
}

export interface Fence {
  name: string;
  /** Deny where absent. */
  mode?: 'warn' | 'deny';
  /** Fail: what can't be judged is refused. Ignore is only for fences around deleting, which must never hold up a revoke. */
  failurePolicy: 'Fail' | 'Ignore';
  on: ResourceRule[];
  except?: ResourceRule[];
  /** CEL; the fence judges only requests for which all are true. */
  when: { name: string; expression: string }[];
  variables?: { name: string; expression: string }[];
  /** CEL; each must be true, or the request is refused with the message. */
  require: { expression: string; message: string }[];
}

const admission = 'admissionregistration.k8s.io';

/** No parameters: the lists stand in the policy itself, so there is nothing else whose loss could open or jam it. */
export function fenceManifests(
  fence: Fence,
  labels: Record<string, string>,
): (Manifest & { spec: object })[] {
  const metadata = { name: fence.name, labels };
  return [
    {
      apiVersion: `${admission}/v1`,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: fence.failurePolicy,
        // What the server would fill in is written out, so that a fence that someone narrowed is seen as changed.
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          resourceRules: fence.on.map(inEveryScope),
          ...(fence.except ? { excludeResourceRules: fence.except.map(inEveryScope) } : {}),
        },
        matchConditions: fence.when,
        ...(fence.variables ? { variables: fence.variables } : {}),
        validations: fence.require,
      },
    },
    {
      apiVersion: `${admission}/v1`,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      // Audit besides: the cluster's audit log then says which fence refused or warned, and why.
      spec: { policyName: fence.name, validationActions: [fence.mode === 'warn' ? 'Warn' : 'Deny', 'Audit'] },
    },
  ];
}

const inEveryScope = (rule: ResourceRule) => ({ scope: '*', ...rule });

export function onRbac(resources: string[], ...operations: ResourceRule['operations']): ResourceRule {
  return { apiGroups: ['rbac.authorization.k8s.io'], apiVersions: ['*'], operations, resources };
}
