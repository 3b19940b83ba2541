/**
 * Every escalation that can be told from RBAC rules, by number.
 *
 * E01 to E40 are those that scanners for roles were tried with; later numbers are added. What rules don't show is judged
 * elsewhere: EKS access policies and IAM (by the deployment's own permissions), bindings to `system:unauthenticated` or to
 * names that anybody can make (by whoever reads bindings), objects that admission policies take their parameters from.
 */
import type { Escalation } from './escalation.ts';
import { cluster } from './known/cluster.ts';
import { identities } from './known/identities.ts';
import { insidePods } from './known/inside-pods.ts';
import { network } from './known/network.ts';
import { nodes } from './known/nodes.ts';
import { rights } from './known/rights.ts';
import { workloads } from './known/workloads.ts';

export const knownEscalations: readonly Escalation[] = [
  ...rights,
  ...identities,
  ...workloads,
  ...insidePods,
  ...nodes,
  ...cluster,
  ...network,
].sort((a, b) => (a.id < b.id ? -1 : 1));

export const escalationIds: readonly string[] = knownEscalations.map(({ id }) => id);
