/** What of a request has to be known to compare it with what stands on its cluster: small, since all of a cluster are read at once. */
import type { EksCluster } from './eks-cluster.ts';
import type { Instant } from './instant.ts';
import { mayStand } from './lifecycle.ts';
import type { AccessRequest, Binding, Status } from './request.ts';

export interface LiveGrant {
  requestId: string;
  status: Status;
  /** Who asked: the person, else the role and its session. */
  requester: string;
  subject: {
    principalArn: string;
    roleId: string;
    person?: string;
    kubernetes: { kind: 'User' | 'Group'; name: string };
  };
  eksCluster: EksCluster;
  clusterRole: string;
  /** Digest of its task's rules, where it is for one. */
  task?: string;
  bindings: Binding[];
  expiresAt: Instant;
  createBefore: Instant;
  activatedAt?: Instant;
}

/** Undefined where nothing of the request may stand. */
export function liveGrantOf(request: AccessRequest): LiveGrant | undefined {
  const { id, status, requester, subject, resolved, grant } = request;
  if (!grant || !mayStand(status) || subject.kind === 'unclaimed') return undefined;
  const { principalArn, roleId, kubernetes } = subject;
  return {
    requestId: id,
    status,
    requester: requester.workload ? `${principalArn}/${requester.sessionName}` : requester.key,
    subject: {
      principalArn,
      roleId,
      ...(requester.person === undefined ? {} : { person: requester.person }),
      kubernetes,
    },
    eksCluster: resolved.eksCluster,
    clusterRole: resolved.clusterRole,
    ...(resolved.task === undefined ? {} : { task: resolved.task.rulesDigest }),
    bindings: grant.bindings,
    expiresAt: grant.expiresAt,
    createBefore: grant.createBefore,
    ...(grant.activatedAt === undefined ? {} : { activatedAt: grant.activatedAt }),
  };
}
