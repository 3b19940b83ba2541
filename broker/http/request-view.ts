/** RequestView: the wire form of a request. Everything on record but the task token it waits with; never a link. */
import * as z from 'zod';
import { eventTypes } from '#domain/audit-event.ts';
import { usageRules } from '#domain/catalog-usage.ts';
import { assurances, factorNames } from '#domain/policy/decision.ts';
import { type AccessRequest, statuses } from '#domain/request.ts';
import { usageView } from './usage-view.ts';

const instant = z.iso.datetime().describe('UTC, ISO 8601 with milliseconds.');
const digest = z.string().describe('Lower-case hex SHA-256.');
const status = z.enum(statuses);

export const knownSubjectView = z.object({
  principalArn: z.string(),
  roleId: z.string(),
  kind: z
    .enum(['person', 'principal'])
    .describe('`person`: one session name of the role. `principal`: everyone in the role.'),
  sessionName: z.string().optional(),
  kubernetes: z.object({ kind: z.enum(['User', 'Group']), name: z.string() }),
});

const subjectView = z.discriminatedUnion('kind', [
  knownSubjectView,
  z
    .object({ kind: z.literal('unclaimed'), person: z.string() })
    .describe('Known by name until they claim it; nothing is granted before.'),
]);

const askedByView = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ticket'),
    source: z.string(),
    ticket: z.string(),
    user: z.string().describe('As the ticket system vouches for them.'),
  }),
  z.object({ kind: z.literal('person'), person: z.string() }),
]);

const ruleView = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
});

const grantView = z.object({
  openedAt: instant,
  expiresAt: instant,
  createBefore: instant,
  bindings: z.array(z.object({ namespace: z.string(), name: z.string(), uid: z.string().optional() })),
  boundAt: instant.optional(),
  activatedAt: instant.optional(),
  unboundAt: instant.optional().describe('When the last RoleBinding was proven gone.'),
});

export const decisionView = z
  .object({
    outcome: z.enum(['review', 'approve', 'refuse']),
    reasons: z.array(z.string()).describe('Why it is refused, or stricter than the role alone.'),
    matched: z.array(z.string()).describe('Rules that decided, by name.'),
    reviews: z
      .array(
        z.object({
          rule: z.string(),
          needs: z.array(z.object({ count: z.int(), from: z.array(z.string()) })),
        }),
      )
      .describe('Per rule that wants reviews; all needs of each have to be met, by different people.'),
    waived: z
      .array(z.string())
      .optional()
      .describe('Rules whose demands were set aside by break-glass, which is then in `matched`.'),
    reviewsNeeded: z.int().describe('Fewest people that can meet all of them.'),
    capSeconds: z.int().optional().describe('The longest it may last.'),
    assurance: z.enum(assurances).describe('The least assurance of a review that counts.'),
    risk: z.object({
      score: z.int().describe('0 to 100.'),
      factors: z.array(z.object({ name: z.enum(factorNames), points: z.int(), why: z.string() })),
    }),
  })
  .meta({ id: 'Decision' });

const afterReviewView = z
  .object({
    from: z.array(z.string()).describe('Reviewer groups that own it.'),
    openedAt: instant,
    answerBy: instant,
    reminders: z.int(),
    remindedAt: instant.optional(),
    tries: z.int().optional().describe('Tries to remind in a row that failed.'),
    escalatedAt: instant.optional().describe('When the operators were first told that it is overdue.'),
    answer: z
      .object({
        reviewer: z.string(),
        verdict: z.enum(['accept', 'dispute']),
        reason: z.string(),
        at: instant,
        digest,
      })
      .optional(),
  })
  .describe('Of break-glass: open until somebody else has answered it, whatever became of the grant.');

export const workloadView = z
  .object({
    name: z.string().describe("In the catalog's workloads.identities."),
    kind: z.enum(['ci', 'agent']),
    issuer: z.string().describe('Who vouches for it: the `iss` of its token.'),
    repository: z.string().exactOptional(),
    repositoryId: z.string().exactOptional(),
    ref: z.string().exactOptional(),
    environment: z.string().exactOptional(),
    workflow: z.string().exactOptional().describe('The file, at its ref.'),
    event: z.string().exactOptional(),
    subject: z.string().exactOptional(),
    runId: z.string(),
    runUrl: z.string().exactOptional(),
    actsFor: z.string().exactOptional().describe('Who it acts for, as the catalog or the issuer says.'),
  })
  .describe('The CI job or agent that asked, as its verified token says.')
  .meta({ id: 'Workload' });

const toldView = z.object({ at: instant, auditId: z.string() });

export const requestView = z
  .object({
    schema: z.literal(1),
    id: z.string().describe('ULID.'),
    version: z.int(),
    status,
    createdAt: instant,
    updatedAt: instant,
    requester: z.object({
      key: z.string(),
      principalArn: z
        .string()
        .optional()
        .describe('Absent, as the session name is, until what others asked for is claimed.'),
      sessionName: z.string().optional(),
      person: z.string().optional(),
      askedBy: askedByView.optional().describe('Who asked, where it was not the one it is for.'),
      workload: workloadView.optional(),
      network: z.string().optional().describe('Where the call came from: /24 or /48.'),
    }),
    subject: subjectView.describe('Who gets access on the cluster.'),
    claim: z
      .object({
        from: z
          .array(z.string())
          .optional()
          .describe('IAM roles it can be claimed from; absent: any trusted.'),
        windowSeconds: z.int().describe('How long after the approval, or a later start, it can be claimed.'),
        mailedAt: instant.optional().describe('When the person was mailed how to claim it.'),
        mailTries: z.int().optional(),
        at: instant.optional().describe('When it was claimed.'),
      })
      .optional()
      .describe('Of what others asked for: it has to be claimed by the person whom it is for.'),
    asked: z.object({
      cluster: z.string(),
      namespaces: z.array(z.string()),
      role: z.string(),
      allow: z.array(z.string()).optional().describe('Only this of the role.'),
      durationSeconds: z.int(),
      reason: z.string(),
      ticket: z.string().optional(),
      startsAt: instant.optional().describe('When it is to start; its end is fixed by it.'),
      extends: z.string().optional().describe('Id of the request whose grant this one continues.'),
      breakGlass: z.literal(true).optional().describe('Taken at once and without reviews: an emergency.'),
    }),
    resolved: z
      .object({
        eksCluster: z.object({ eksName: z.string(), region: z.string() }),
        clusterRole: z.string(),
        rules: z.array(ruleView),
        rulesDigest: digest,
        task: z
          .object({ rules: z.array(ruleView), rulesDigest: digest })
          .optional()
          .describe(
            "What is granted where only some of the role was asked for; the role's rules are its bounds.",
          ),
      })
      .describe('What the catalog said when it was asked.'),
    digest: digest.describe('Covers everything a reviewer answers for; goes back with the review.'),
    decision: decisionView,
    reviewers: z.array(z.string()).describe('Who was asked; never the requester.'),
    reviews: z.array(
      z.object({
        reviewer: z.string(),
        answer: z.enum(['approve', 'deny']),
        reason: z.string().optional(),
        at: instant,
        assurance: z.enum(assurances).describe('Held the mailed link, or signed with their own identity.'),
        digest,
      }),
    ),
    reviewBy: instant,
    firstStart: instant.optional().describe('Of an extension: when the first grant of its line began.'),
    openBy: instant.optional(),
    notified: z.array(z.string()).describe('Reviewers whose mail was accepted for delivery.'),
    notifiedAt: instant.optional(),
    signals: z
      .array(
        z.object({
          name: z.string(),
          points: z.int(),
          at: instant,
          by: z.string(),
          note: z.string().optional(),
        }),
      )
      .optional()
      .describe('What has added to the risk since it was decided.'),
    endRequested: z.object({ at: instant, by: z.string(), reason: z.string() }).optional(),
    grant: grantView.optional(),
    ending: z.object({ since: instant, notBefore: instant, reason: z.string() }).optional(),
    standing: z
      .object({ since: instant, at: instant, reason: z.string() })
      .optional()
      .describe('Why something may stand although its end has come; Curfew goes on trying.'),
    notice: z
      .object({
        to: z.array(z.string()),
        sent: z.array(z.string()),
        tries: z.int(),
        triedAt: instant,
        sentAt: instant.optional(),
        problem: z.string().optional(),
      })
      .optional()
      .describe('Of break-glass: who is told of it.'),
    afterReview: afterReviewView.optional(),
    usage: z
      .object({
        first: toldView.optional().describe('Its first use.'),
        removal: toldView.optional().describe("The API server's own word that its RoleBindings are deleted."),
        residual: z.array(z.string()).optional().describe('Audit ids of what may outlive it.'),
        flags: z
          .array(z.object({ rule: z.enum(usageRules), at: instant, auditId: z.string(), why: z.string() }))
          .optional()
          .describe('What was unusual.'),
      })
      .optional()
      .describe("What the cluster's audit log has told."),
    history: z.array(z.object({ status, at: instant, by: z.string(), reason: z.string() })),
    audit: z.object({ seq: z.int(), hash: digest }).describe("Head of the request's audit chain."),
    dueAt: instant.optional(),
  })
  .meta({ id: 'Request' });
export type RequestView = z.output<typeof requestView>;

export const eventView = z
  .object({
    v: z.literal(1),
    requestId: z.string(),
    seq: z.int().describe('1 for the first event of a request, without gaps.'),
    at: instant,
    type: z.enum(eventTypes),
    actor: z.string(),
    status,
    facts: z.record(z.string(), z.unknown()),
    prev: digest,
    hash: digest,
  })
  .meta({ id: 'AuditEvent' });
export type EventView = z.output<typeof eventView>;

export const requestPage = z
  .object({
    items: z.array(requestView),
    cursor: z.string().optional().describe('Give it back as `cursor` for the next page; absent on the last.'),
  })
  .meta({ id: 'RequestPage' });
export type RequestPage = z.output<typeof requestPage>;

const holding = z.object({
  id: z.string(),
  status,
  role: z.string(),
  cluster: z.string(),
  namespaces: z.array(z.string()),
  expiresAt: instant.optional(),
});
export type Holding = z.output<typeof holding>;

export const requestWithEvents = z
  .object({
    request: requestView,
    events: z.array(eventView).describe('The timeline, oldest first.'),
    holds: z
      .array(holding)
      .optional()
      .describe('While it waits for reviews, for others than its requester: what else they have or ask for.'),
    usage: usageView.optional().describe("What was touched with it, as the cluster's audit log tells."),
  })
  .meta({ id: 'RequestWithEvents' });
export type RequestWithEvents = z.output<typeof requestWithEvents>;

/** Fails to compile when a record gains a field that is neither shown nor withheld on purpose. */
type Withheld = 'waiting';
type Undecided = Exclude<keyof AccessRequest, keyof RequestView | Withheld>;
const undecided: Undecided[] = [] satisfies never[];
void undecided;

export function holdingOf({ id, status, asked, grant }: AccessRequest): Holding {
  const { role, cluster, namespaces } = asked;
  return { id, status, role, cluster, namespaces, ...(grant ? { expiresAt: grant.expiresAt } : {}) };
}

/** The wire form of a record. What the schema does not name is left out, so a new field is never shown by accident. */
export function viewOf(request: AccessRequest): RequestView {
  return requestView.parse(request);
}
