/** Requests in any status, made by walking the real transition table, so that history and audit chain are whole. */
import { type AuditEvent, chain, chainStart } from '#domain/audit-event.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { clusterRoleName, rulesDigest } from '#domain/cluster-role.ts';
import { type Caller, callerKey, subjectOf } from '#domain/identity.ts';
import { after, type Instant } from '#domain/instant.ts';
import { type Advanced, advance, dueAt, type Step } from '#domain/lifecycle.ts';
import type { Decision } from '#domain/policy/decision.ts';
import { type AccessRequest, type Asked, bindingName, requestDigest, type Status } from '#domain/request.ts';
import { taskRules } from '#domain/task-rules.ts';
import { aCaller } from './caller.ts';
import { aCatalog } from './catalog.ts';

export interface RequestWanted {
  status?: Status;
  id?: string;
  caller?: Caller;
  createdAt?: Instant;
  asked?: Partial<Asked>;
  /** Written over the finished request; the audit chain does not know of it. */
  changes?: Partial<AccessRequest>;
}

let made = 0;
function nextId(): string {
  made += 1;
  return `01KAJ0000000000000${String(made).padStart(8, '0')}`;
}

/** One review by payments-leads, unless told. */
export function aDecision(rule = 'role:pod-reader', count = 1): Decision {
  return {
    outcome: 'review',
    reasons: [],
    matched: [rule],
    reviews: [{ rule, needs: [{ count, from: ['payments-leads'] }] }],
    reviewsNeeded: count,
    assurance: 'link',
    risk: { score: 0, factors: [] },
  };
}

/** The way from `pending` to each status. */
const paths: Record<Status, Status[]> = {
  pending: [],
  approved: ['approved'],
  scheduled: ['approved', 'scheduled'],
  granting: ['approved', 'granting'],
  active: ['approved', 'granting', 'active'],
  revoking: ['approved', 'granting', 'active', 'revoking'],
  revoked: ['approved', 'granting', 'active', 'revoking', 'revoked'],
  failed: ['approved', 'granting', 'revoking', 'failed'],
  denied: ['denied'],
  withdrawn: ['withdrawn'],
  'timed-out': ['timed-out'],
};

function taskOf({ role, allow = [] }: Asked, bounds: PolicyRule[]) {
  const task = taskRules({ role, bounds }, allow);
  if ('fault' in task) throw new Error(task.fault);
  return { rules: task.rules, rulesDigest: rulesDigest(task.rules) };
}

function submitted(wanted: RequestWanted): Advanced {
  const catalog = aCatalog();
  const caller = wanted.caller ?? aCaller();
  const id = wanted.id ?? nextId();
  const at = wanted.createdAt ?? '2026-11-21T08:00:00.000Z';
  const asked: Asked = {
    cluster: 'payments-prod',
    namespaces: ['payments'],
    role: 'pod-reader',
    durationSeconds: 1800,
    reason: 'Checkout is slow since the last release',
    ticket: 'INC-1042',
    ...wanted.asked,
  };
  const rules = catalog.roles[asked.role]?.rules ?? [];
  const resolved = {
    eksCluster: { eksName: asked.cluster, region: 'us-east-1' },
    clusterRole: clusterRoleName(asked.role, rules),
    rules,
    rulesDigest: rulesDigest(rules),
    ...(asked.allow ? { task: taskOf(asked, rules) } : {}),
  };
  const subject = subjectOf(caller);
  const event = chain({ seq: 0, hash: chainStart }, id, 'pending', {
    at,
    type: 'submitted',
    actor: callerKey(caller),
    facts: { reason: asked.reason },
  });
  const request: AccessRequest = {
    schema: 1,
    id,
    version: 1,
    status: 'pending',
    createdAt: at,
    updatedAt: at,
    requester: {
      key: callerKey(caller),
      principalArn: caller.principal.arn,
      sessionName: caller.sessionName,
      ...(caller.person === undefined ? {} : { person: caller.person }),
      ...(caller.workload === undefined ? {} : { workload: caller.workload }),
    },
    subject,
    asked,
    resolved,
    digest: requestDigest({ id, subject, asked, resolved, requester: caller }),
    decision: aDecision(`role:${asked.role}`),
    reviewers: ['rita@example.com', 'rob@example.com'],
    reviews: [],
    notified: [],
    reviewBy: after(at, 4 * 3_600_000),
    history: [{ status: 'pending', at, by: callerKey(caller), reason: asked.reason }],
    audit: { seq: event.seq, hash: event.hash },
  };
  const due = dueAt(request);
  return { request: due ? { ...request, dueAt: due } : request, event };
}

/** What each step writes into the request, besides its status. */
function changesOf(request: AccessRequest, to: Status, at: Instant): NonNullable<Step['changes']> {
  const { grant } = request;
  switch (to) {
    case 'approved': {
      const review = { reviewer: 'rita@example.com', answer: 'approve', at, assurance: 'link' } as const;
      return { reviews: [{ ...review, digest: request.digest }], openBy: after(at, 3_600_000) };
    }
    case 'granting': {
      const name = bindingName(request.id);
      const bindings = request.asked.namespaces.map((namespace) => ({ namespace, name }));
      const expiresAt = after(at, request.asked.durationSeconds * 1000);
      return { grant: { openedAt: at, expiresAt, createBefore: after(at, 60_000), bindings } };
    }
    case 'active': {
      if (!grant) return {};
      const bindings = grant.bindings.map((binding) => ({ ...binding, uid: `uid-${binding.namespace}` }));
      return { grant: { ...grant, bindings, boundAt: at, activatedAt: at } };
    }
    case 'revoking':
      return { ending: { since: at, notBefore: at, reason: 'Ended for a test' } };
    case 'revoked':
    case 'failed':
      return grant ? { grant: { ...grant, unboundAt: at } } : {};
    default:
      return {};
  }
}

/** A request and all its audit events: what `commitAll` writes. */
export function aRecord(wanted: RequestWanted = {}): { request: AccessRequest; events: AuditEvent[] } {
  let { request, event } = submitted(wanted);
  const events = [event];
  for (const status of paths[wanted.status ?? 'pending']) {
    const at = after(request.updatedAt, 1000);
    const actor = status === 'withdrawn' ? request.requester.key : 'rita@example.com';
    const changes = changesOf(request, status, at);
    ({ request, event } = advance(request, status, {
      at,
      actor,
      reason: `Made ${status} for a test`,
      changes,
    }));
    events.push(event);
  }
  return { request: { ...request, ...wanted.changes }, events };
}

export function aRequest(wanted: RequestWanted = {}): AccessRequest {
  return aRecord(wanted).request;
}
