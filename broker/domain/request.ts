/** AccessRequest: what is asked, by whom, what was decided and what exists because of it. The record of one request. */
import * as z from 'zod';
import type { AfterReview, Notice } from './after-review.ts';
import { allowSchema } from './allowance.ts';
import type { PolicyRule } from './catalog.ts';
import { namespaceSchema } from './catalog.ts';
import type { UsageRule } from './catalog-usage.ts';
import type { AskedBy, Claim } from './claim.ts';
import { digestOf } from './digest.ts';
import { durationSchema } from './duration.ts';
import type { EksCluster } from './eks-cluster.ts';
import type { Subject } from './identity.ts';
import { type Instant, instantOf } from './instant.ts';
import type { PasskeyProof } from './passkey-challenge.ts';
import { personSchema } from './people.ts';
import type { ClusterAddress } from './plan.ts';
import type { Assurance, Decision } from './policy/decision.ts';
import type { Workload } from './workload.ts';

export const statuses = [
  'pending',
  'approved',
  'scheduled',
  'granting',
  'active',
  'revoking',
  'denied',
  'withdrawn',
  'timed-out',
  'revoked',
  'failed',
] as const;
export type Status = (typeof statuses)[number];

/** Text people read back: no control characters, so that it can't forge lines in mails, logs or terminals. */
export const plainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(
      /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u,
      'Use plain text on one line, without control or invisible characters.',
    );

/** An instant with its zone (`2026-11-21T14:00:00Z`, `...+01:00`); comes out in UTC. */
const startSchema = z.iso
  .datetime({ offset: true, error: 'Write an instant with its zone, such as 2026-11-21T14:00:00Z.' })
  .transform((text) => instantOf(Date.parse(text)));

/** Body of `POST /v1/requests`. `duration` is written (`30m`) and comes out in seconds. */
export const submissionSchema = z.strictObject({
  cluster: z.string().min(1).max(63),
  namespaces: z.array(namespaceSchema).min(1).max(10),
  role: z.string().min(1).max(63),
  allow: allowSchema
    .optional()
    .describe(
      'Only this of the role, such as `get,list pods` or `delete pod/web-7d9`: a Role made for the request alone.',
    ),
  duration: durationSchema,
  reason: plainText(500),
  ticket: plainText(100).optional(),
  startsAt: startSchema.optional(),
  breakGlass: z
    .boolean()
    .optional()
    .describe(
      'In an emergency: at once and without reviews, where the role allows it. Told loudly, and reviewed afterwards.',
    ),
  onBehalfOf: personSchema
    .optional()
    .describe('Somebody else whom it is for: they have to claim it, signed, before anything is granted.'),
});
export type Submission = z.output<typeof submissionSchema>;

export interface Asked {
  cluster: string;
  namespaces: string[];
  role: string;
  /** Only this of it. */
  allow?: string[];
  durationSeconds: number;
  reason: string;
  ticket?: string;
  /** When it is to start; its end is fixed by it, however late it is approved. */
  startsAt?: Instant;
  /** Id of the request whose grant this one continues; starts when that one ends. */
  extends?: string;
  /** At once and without reviews, because of an emergency. */
  breakGlass?: true;
}

/** What the catalog said at submission; covered by the digest, so a later change is noticed. */
export interface Resolved {
  eksCluster: EksCluster;
  clusterRole: string;
  rules: PolicyRule[];
  rulesDigest: string;
  /** What is granted where only some of the role was asked for; the role's own rules are its bounds. */
  task?: { rules: PolicyRule[]; rulesDigest: string };
}

export interface Review {
  reviewer: string;
  answer: 'approve' | 'deny';
  reason?: string;
  at: Instant;
  /** How sure it is that it was they: holder of the mailed link, their own IAM signature, or their passkey. */
  assurance: Assurance;
  /** The passkey, and what it signed. */
  passkey?: { id: string; proof: PasskeyProof };
  /** Digest of what they were shown. */
  digest: string;
}

/** A RoleBinding of a grant. `uid` is known once read back. */
export interface Binding {
  namespace: string;
  name: string;
  uid?: string;
}

/** What exists on the cluster because of this request. Never edited towards more or longer. */
export interface Grant {
  openedAt: Instant;
  expiresAt: Instant;
  /** Admission refuses our RoleBindings after this instant. */
  createBefore: Instant;
  bindings: Binding[];
  /** Where the cluster was when it was opened: to end it while EKS can't be asked. */
  address?: ClusterAddress;
  boundAt?: Instant;
  activatedAt?: Instant;
  /** When the last RoleBinding was proven gone. */
  unboundAt?: Instant;
}

export interface EndRequest {
  at: Instant;
  by: string;
  reason: string;
}

/** Something that happened since it was decided, told by who may tell it. */
export interface Signal {
  name: string;
  points: number;
  at: Instant;
  by: string;
  note?: string;
}

/** The first use, the API server's own word that it is gone, audit ids of what may outlive it, and what was unusual. */
export interface UsageOnRecord {
  first?: { at: Instant; auditId: string };
  removal?: { at: Instant; auditId: string };
  residual?: string[];
  flags?: { rule: UsageRule; at: Instant; auditId: string; why: string }[];
}

export interface AccessRequest {
  schema: 1;
  id: string;
  /** Counts writes; every save is conditional on the one it read. */
  version: number;
  status: Status;
  createdAt: Instant;
  updatedAt: Instant;
  /** Whom it is for: whoever signed for it, or is to claim it. */
  requester: {
    key: string;
    /** Of the call that asked for it or, where somebody else asked, that claimed it; until then neither is known. */
    principalArn?: string;
    sessionName?: string;
    person?: string;
    /** Who asked, where it wasn't they themselves. */
    askedBy?: AskedBy;
    /** The run of a CI job or agent, as its token showed. */
    workload?: Workload;
    /** Where the call came from: the /24 or /48 of its address. */
    network?: string;
  };
  subject: Subject;
  /** Where it did not begin with a call of theirs: nothing exists before they have claimed it. */
  claim?: Claim;
  asked: Asked;
  resolved: Resolved;
  /** Hash of everything a reviewer answers for. */
  digest: string;
  decision: Decision;
  /** Who was asked; never the requester. */
  reviewers: string[];
  reviews: Review[];
  reviewBy: Instant;
  /** Of a successor: when the first grant of its line began, from which the role's longest duration counts. */
  firstStart?: Instant;
  /** Approved requests that could not be opened by then are timed out, never granted late. */
  openBy?: Instant;
  /** Reviewers whose mail was accepted for delivery. */
  notified: string[];
  /** Why some mail could not be sent at the last try, in words; the sweep tries again. */
  mailProblem?: string;
  /** How often mailing was tried; spaces the sweep's tries. */
  mailTries?: number;
  /** When all of them had been mailed. */
  notifiedAt?: Instant;
  /** Step Functions token of the state that waits; never leaves the table but to SendTask*. */
  waiting?: { state: 'AskReviewers' | 'AwaitClaim' | 'HoldGrant'; taskToken: string; since: Instant };
  /** Each name once; they add to the risk of the decision. */
  signals?: Signal[];
  endRequested?: EndRequest;
  grant?: Grant;
  /** Set when revoking begins; `notBefore` is expiresAt, or earlier where an end was requested or a fault ends it. */
  ending?: { since: Instant; notBefore: Instant; reason: string };
  /** Why something may stand although its end has come, and since when; gone once nothing stands. `at`: noted last. */
  standing?: { since: Instant; at: Instant; reason: string };
  /** Of break-glass: who is told of it, loudly. */
  notice?: Notice;
  /** Of break-glass: what stays open until somebody else has looked at it, whatever becomes of the grant. */
  afterReview?: AfterReview;
  /** What the cluster's audit log has told so far; all of it is kept beside. */
  usage?: UsageOnRecord;
  history: { status: Status; at: Instant; by: string; reason: string }[];
  /** Head of the audit chain: number and hash of the last event. */
  audit: { seq: number; hash: string };
  /** When the sweep has to look at it next; absent once final and without an open after-review. */
  dueAt?: Instant;
}

/**
 * Digest of exactly what is granted and shown: subject, workload, place, resolved role, time, reason, ticket. Of what has to be
 * claimed it covers the person, from where, and who asked instead: the same before and after the claim.
 */
export function requestDigest(request: Answered): string {
  const { id, asked, resolved, firstStart } = request;
  const { workload } = request.requester;
  return digestOf({
    v: 1,
    id,
    ...whomOf(request),
    ...(workload === undefined ? {} : { workload }),
    asked,
    resolved,
    ...(firstStart === undefined ? {} : { firstStart }),
  });
}

type Answered = Pick<AccessRequest, 'id' | 'subject' | 'claim' | 'asked' | 'resolved' | 'firstStart'> & {
  requester: Pick<AccessRequest['requester'], 'person' | 'askedBy' | 'workload'>;
};

function whomOf({ subject, claim, requester: { person, askedBy } }: Answered): Record<string, unknown> {
  if (!askedBy) return { subject };
  const from = claim?.from === undefined ? {} : { from: claim.from };
  return { claim: { person: person ?? null, by: askedBy, ...from } };
}

/** `curfew-<request id>`: each allowed line of the Kubernetes audit log names its grant by itself. */
export function bindingName(requestId: string): string {
  return `curfew-${requestId.toLowerCase()}`;
}
