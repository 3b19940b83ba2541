/** How a request is read back: parsed, never trusted. Fields of a newer version are kept, so that an older function loses none. */
import * as z from 'zod';
import {
  type AnyEvent,
  type AuditEvent,
  eventTypes,
  type KillStatus,
  killStatuses,
  type PasskeyStatus,
  passkeyStatuses,
} from '#domain/audit-event.ts';
import { instantSchema } from '#domain/instant.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import { assurances, factorNames } from '#domain/policy/decision.ts';
import { type AccessRequest, statuses } from '#domain/request.ts';
import type { ReviewLink } from '#domain/review-link.ts';
import { storedReview } from './stored-review.ts';
import { storedUsageOnRecord } from './stored-usage.ts';

const instant = instantSchema;
const status = z.enum(statuses);

const policyRule = z.looseObject({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).exactOptional(),
});

const kubernetes = z.looseObject({ kind: z.enum(['User', 'Group']), name: z.string().min(1) });
const eksCluster = z.looseObject({ eksName: z.string(), region: z.string() });
const bindings = z.array(
  z.looseObject({ namespace: z.string(), name: z.string(), uid: z.string().exactOptional() }),
);

const grant = z.looseObject({
  openedAt: instant,
  expiresAt: instant,
  createBefore: instant,
  bindings,
  address: z
    .looseObject({
      eksName: z.string(),
      region: z.string(),
      endpoint: z.string(),
      certificateAuthority: z.string(),
    })
    .exactOptional(),
  boundAt: instant.exactOptional(),
  activatedAt: instant.exactOptional(),
  unboundAt: instant.exactOptional(),
});

const reviewNeed = z.looseObject({ count: z.int(), from: z.array(z.string()) });
const risk = z.looseObject({
  score: z.int(),
  factors: z.array(z.looseObject({ name: z.enum(factorNames), points: z.int(), why: z.string() })),
});

const notice = z.looseObject({
  to: z.array(z.string()),
  sent: z.array(z.string()),
  tries: z.int().nonnegative(),
  triedAt: instant,
  sentAt: instant.exactOptional(),
  problem: z.string().exactOptional(),
});

const afterReview = z.looseObject({
  from: z.array(z.string()),
  openedAt: instant,
  answerBy: instant,
  reminders: z.int().nonnegative(),
  remindedAt: instant.exactOptional(),
  tries: z.int().positive().exactOptional(),
  escalatedAt: instant.exactOptional(),
  answer: z
    .looseObject({
      reviewer: z.string(),
      verdict: z.enum(['accept', 'dispute']),
      reason: z.string(),
      at: instant,
      digest: z.string(),
    })
    .exactOptional(),
});

const workload = z.looseObject({
  name: z.string(),
  kind: z.enum(['ci', 'agent']),
  issuer: z.string(),
  repository: z.string().exactOptional(),
  repositoryId: z.string().exactOptional(),
  ref: z.string().exactOptional(),
  environment: z.string().exactOptional(),
  workflow: z.string().exactOptional(),
  event: z.string().exactOptional(),
  subject: z.string().exactOptional(),
  runId: z.string(),
  runUrl: z.string().exactOptional(),
  actsFor: z.string().exactOptional(),
});

const askedBy = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('ticket'), source: z.string(), ticket: z.string(), user: z.string() }),
  z.looseObject({ kind: z.literal('person'), person: z.string() }),
]);

const claim = z.looseObject({
  from: z.array(z.string()).exactOptional(),
  windowSeconds: z.int(),
  mailedAt: instant.exactOptional(),
  mailTries: z.int().nonnegative().exactOptional(),
  at: instant.exactOptional(),
});

export const storedRequest = z.looseObject({
  schema: z.literal(1),
  id: z.string().min(1),
  version: z.int().positive(),
  status,
  createdAt: instant,
  updatedAt: instant,
  requester: z.looseObject({
    key: z.string().min(1),
    principalArn: z.string().exactOptional(),
    sessionName: z.string().exactOptional(),
    person: z.string().exactOptional(),
    askedBy: askedBy.exactOptional(),
    workload: workload.exactOptional(),
    network: z.string().exactOptional(),
  }),
  subject: z.discriminatedUnion('kind', [
    z.looseObject({
      principalArn: z.string(),
      roleId: z.string(),
      kind: z.enum(['person', 'principal']),
      sessionName: z.string().exactOptional(),
      kubernetes,
    }),
    z.looseObject({ kind: z.literal('unclaimed'), person: z.string().min(1) }),
  ]),
  claim: claim.exactOptional(),
  asked: z.looseObject({
    cluster: z.string(),
    namespaces: z.array(z.string()),
    role: z.string(),
    allow: z.array(z.string()).exactOptional(),
    durationSeconds: z.int(),
    reason: z.string(),
    ticket: z.string().exactOptional(),
    startsAt: instant.exactOptional(),
    extends: z.string().exactOptional(),
    breakGlass: z.literal(true).exactOptional(),
  }),
  resolved: z.looseObject({
    eksCluster,
    clusterRole: z.string(),
    rules: z.array(policyRule),
    rulesDigest: z.string(),
    task: z.looseObject({ rules: z.array(policyRule), rulesDigest: z.string() }).exactOptional(),
  }),
  digest: z.string(),
  decision: z.looseObject({
    outcome: z.enum(['review', 'approve', 'refuse']),
    reasons: z.array(z.string()),
    matched: z.array(z.string()),
    reviews: z.array(z.looseObject({ rule: z.string(), needs: z.array(reviewNeed) })),
    waived: z.array(z.string()).exactOptional(),
    reviewsNeeded: z.int(),
    capSeconds: z.int().exactOptional(),
    assurance: z.enum(assurances),
    risk,
  }),
  reviewers: z.array(z.string()),
  reviews: z.array(storedReview),
  reviewBy: instant,
  firstStart: instant.exactOptional(),
  openBy: instant.exactOptional(),
  notified: z.array(z.string()),
  mailTries: z.int().nonnegative().exactOptional(),
  notifiedAt: instant.exactOptional(),
  waiting: z
    .looseObject({
      state: z.enum(['AskReviewers', 'AwaitClaim', 'HoldGrant']),
      taskToken: z.string(),
      since: instant,
    })
    .exactOptional(),
  signals: z
    .array(
      z.looseObject({
        name: z.string(),
        points: z.int(),
        at: instant,
        by: z.string(),
        note: z.string().exactOptional(),
      }),
    )
    .exactOptional(),
  endRequested: z.looseObject({ at: instant, by: z.string(), reason: z.string() }).exactOptional(),
  grant: grant.exactOptional(),
  ending: z.looseObject({ since: instant, notBefore: instant, reason: z.string() }).exactOptional(),
  standing: z.looseObject({ since: instant, at: instant, reason: z.string() }).exactOptional(),
  notice: notice.exactOptional(),
  afterReview: afterReview.exactOptional(),
  usage: storedUsageOnRecord.exactOptional(),
  history: z.array(z.looseObject({ status, at: instant, by: z.string(), reason: z.string() })),
  audit: z.looseObject({ seq: z.int().positive(), hash: z.string() }),
  dueAt: instant.exactOptional(),
}) satisfies z.ZodType<AccessRequest>;

export const storedLiveGrant = z.looseObject({
  requestId: z.string().min(1),
  status,
  requester: z.string(),
  subject: z.looseObject({
    principalArn: z.string(),
    roleId: z.string(),
    person: z.string().exactOptional(),
    kubernetes,
  }),
  eksCluster,
  clusterRole: z.string(),
  task: z.string().exactOptional(),
  bindings,
  expiresAt: instant,
  createBefore: instant,
  activatedAt: instant.exactOptional(),
}) satisfies z.ZodType<LiveGrant>;

const event = {
  v: z.literal(1),
  requestId: z.string(),
  seq: z.int().positive(),
  at: instant,
  type: z.enum(eventTypes),
  actor: z.string(),
  facts: z.record(z.string(), z.unknown()),
  prev: z.string(),
  hash: z.string(),
};

export const storedEvent = z.looseObject({ ...event, status }) satisfies z.ZodType<AuditEvent>;
export const storedKillEvent = z.looseObject({
  ...event,
  status: z.enum(killStatuses),
}) satisfies z.ZodType<AuditEvent<KillStatus>>;
export const storedPasskeyEvent = z.looseObject({
  ...event,
  status: z.enum(passkeyStatuses),
}) satisfies z.ZodType<AuditEvent<PasskeyStatus>>;
/** To ship it: of whatever it is. */
export const anyStoredEvent = z.union([
  storedEvent,
  storedKillEvent,
  storedPasskeyEvent,
]) satisfies z.ZodType<AnyEvent>;

export const storedLink = z.looseObject({
  hash: z.string(),
  requestId: z.string(),
  reviewer: z.string(),
  digest: z.string(),
  expiresAt: instant,
  usedAt: instant.exactOptional(),
}) satisfies z.ZodType<ReviewLink>;

/** A parsed value, or an error that names what could not be read; never the value itself. */
export function parseStored<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${what} can't be read back: ${faults.join('; ')}`);
}
