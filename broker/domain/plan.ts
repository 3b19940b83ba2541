/** Plan: what the AWS leg hands to the cluster leg; complete, and nothing else is needed to carry it out. */
import type { PolicyRule } from './catalog.ts';
import { canonicalJson } from './digest.ts';
import type { SurveyedRole } from './foreign-role.ts';
import type { KnownSubject } from './identity.ts';
import type { Instant } from './instant.ts';
import type { NamespaceLabels } from './namespaces.ts';
import type { Binding } from './request.ts';

/** How to reach one cluster's API. Read anew for each plan: endpoint and CA rotate. */
export interface ClusterAddress {
  eksName: string;
  region: string;
  endpoint: string;
  /** PEM in base64, as DescribeCluster gives it. */
  certificateAuthority: string;
}

export interface BindPlan {
  v: 1;
  deployment: string;
  requestId: string;
  cluster: ClusterAddress;
  bindings: Pick<Binding, 'namespace' | 'name'>[];
  /** What is bound; of a task role, the bounds that it has to lie within. */
  clusterRole: string;
  /** Of that ClusterRole's rules. */
  rulesDigest: string;
  /** Only these rules, in a Role of this grant alone that stands beside each of its RoleBindings under the same name. */
  task?: { rules: PolicyRule[] };
  subject: KnownSubject['kubernetes'];
  expiresAt: Instant;
  createBefore: Instant;
}

/** A plan with OpenGrant's signature over its canonical JSON (ECDSA P-256 with SHA-256, DER, base64). */
export interface SignedPlan {
  plan: BindPlan;
  signature: string;
}

export interface UnbindPlan {
  v: 1;
  deployment: string;
  requestId: string;
  /** `gone`: EKS knows no such cluster any more, so nothing stands there. */
  cluster: ClusterAddress | 'gone';
  bindings: Binding[];
  /** Each of them binds a Role of the same name, which is to go after it. */
  task?: true;
  /** Delete not before this instant, and at it: `expiresAt`, or now for an early end. */
  notBefore: Instant;
  /** Before this instant a late creation may still land, so absence is not yet proof. */
  createBefore: Instant;
  /** Set when an earlier try may have deleted something: then "nothing found" proves nothing about the past. */
  retried?: boolean;
}

export interface UnbindResult {
  /** When every RoleBinding was proven gone. */
  unboundAt: Instant;
  /** Whether access may have existed: a RoleBinding was seen by this call, or an earlier one may have seen it. */
  found: boolean;
  /** A Role that was made for it alone was seen. By itself it gives no access. */
  rolesFound?: boolean;
}

export function planText(plan: BindPlan): string {
  return canonicalJson(plan);
}

/** What SurveyCluster is asked for: one page of what carries this deployment's mark on one cluster. */
export interface SurveyPlan {
  v: 1;
  deployment: string;
  cluster: ClusterAddress;
  /** Where the page before ended. */
  cursor?: string;
  /** Only these, whatever marks they bear: read one by one. */
  places?: Pick<Binding, 'namespace' | 'name'>[];
  /** Instead of RoleBindings: what these ClusterRoles, which are not ours, allow. */
  roles?: string[];
  /** Not the RoleBindings, but the Roles that were made for one grant each. */
  taskRoles?: true;
  /** Instead of RoleBindings, and besides `roles`: the labels of these namespaces. */
  namespaces?: string[];
}

/** A RoleBinding with our mark, as it stands. What somebody else may have edited is told as it is, not as it should be. */
export interface StandingGrant {
  namespace: string;
  name: string;
  uid: string;
  /** From its label, in upper case as on record; '' where there is none. */
  requestId: string;
  roleRef: { kind: string; name: string };
  subjects: { kind: string; name: string }[];
  expiresAt?: Instant;
  createBefore?: Instant;
}

/** A Role with our mark, as it stands: by itself it gives nobody anything. */
export interface StandingRole {
  namespace: string;
  name: string;
  uid: string;
  requestId: string;
  /** Of what it gives to whom it is bound. */
  rulesDigest: string;
  expiresAt?: Instant;
}

export interface Survey {
  grants: StandingGrant[];
  /** Only where they were asked for, and then without grants. */
  taskRoles?: StandingRole[];
  /** For the next page; absent on the last. */
  cursor?: string;
  /** By name; all that were asked for. */
  roles?: Record<string, SurveyedRole>;
  /** By name: their labels; all that were asked for. */
  namespaces?: Record<string, NamespaceLabels | 'absent'>;
}
