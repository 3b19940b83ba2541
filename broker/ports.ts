/**
 * What operations need from the world. Each port has a real adapter and a memory twin, proven alike by test/contracts.
 * Every call may throw Unavailable (try again); only the other errors named here are part of a port's meaning.
 */

import type { EntryContent, EntryKey } from '#domain/access-entry.ts';
import type { Announcement } from '#domain/announcement.ts';
import type { AnyEvent } from '#domain/audit-event.ts';
import type { Catalog, PolicyRule } from '#domain/catalog.ts';
import type { ClusterSweep } from '#domain/cluster-sweep.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import type { SurveyedRole } from '#domain/foreign-role.ts';
import type { Principal } from '#domain/identity.ts';
import type { Instant } from '#domain/instant.ts';
import type { NamespaceLabels } from '#domain/namespaces.ts';
import type {
  BindPlan,
  ClusterAddress,
  SignedPlan,
  Survey,
  SurveyPlan,
  UnbindPlan,
  UnbindResult,
} from '#domain/plan.ts';
import type { PolicyInput, Verdict } from '#domain/policy/organisation.ts';
import type { AccessRequest, Asked } from '#domain/request.ts';
import type { RoleBinding } from '#domain/role-binding.ts';
import type { TaskRole } from '#domain/task-role.ts';
import type { TicketFacts } from '#domain/ticket.ts';
import type { TicketComment } from '#domain/ticket-comment.ts';
import type { TicketReply } from '#domain/ticket-reply.ts';
import type { Issuer, Vouched } from '#domain/workload.ts';
import type { Authenticators, PageOrigin } from './authenticators.ts';
import type {
  EntryLedger,
  KillOrders,
  KnownClusters,
  Page,
  Passkeys,
  Records,
  TicketNotes,
  UsageStore,
} from './stores.ts';

export type * from './authenticators.ts';
export type * from './sealing.ts';
export type * from './stores.ts';

export interface Clock {
  now(): Instant;
  sleep(ms: number): Promise<void>;
}

export interface Ids {
  /** ULID: 26 characters, sorted by time. */
  requestId(): string;
  /** 256 random bits, base64url. */
  secret(): string;
}

export interface StandingEntry extends EntryContent {
  /** With EKS's UUID. */
  entryArn: string;
}

/** The EKS API. */
export interface AccessEntries {
  /** ClusterNotReady when it is missing, not ACTIVE, or without access entries (authentication mode CONFIG_MAP). */
  describeCluster(cluster: EksCluster): Promise<ClusterAddress>;
  /** For ending: its address whatever its status; 'gone' when EKS knows no such cluster. Unavailable when not `within` the time. */
  findCluster(cluster: EksCluster, within?: { ms: number }): Promise<ClusterAddress | 'gone'>;
  /** Idempotent by token. 'exists' when the principal has an entry already, whoever's. */
  create(key: EntryKey, content: EntryContent, token: string): Promise<{ entryArn: string } | 'exists'>;
  describe(key: EntryKey): Promise<StandingEntry | undefined>;
  /** Principals of all entries on a cluster, whoever's; a page of at most `limit` (1 to 100). */
  list(cluster: EksCluster, page: { limit: number; cursor?: string }): Promise<Page<string>>;
  /** ARNs of the access policies associated with an entry. */
  policies(key: EntryKey): Promise<string[]>;
  /** Fine if it is gone. */
  delete(key: EntryKey): Promise<void>;
}

/** One cluster's Kubernetes API, as one leg's identity. */
export interface ClusterApi {
  connect(cluster: ClusterAddress): Promise<ClusterSession>;
}
export interface ClusterSession {
  /** Rules of a ClusterRole; undefined when there is none. ClusterNotReady for rules that no catalog can hold. */
  readClusterRole(name: string): Promise<{ rules: PolicyRule[] } | undefined>;
  /** What a ClusterRole that isn't ours allows, with all that it takes over from others. ClusterNotReady without the right to look. */
  surveyRole(name: string): Promise<SurveyedRole>;
  /** Of a namespace. ClusterNotReady without the right to look. */
  readLabels(namespace: string): Promise<NamespaceLabels | 'absent'>;
  /** 'exists' when the name is taken, by whatever. PlanRefused when admission or RBAC refuses. */
  createRoleBinding(binding: RoleBinding): Promise<{ uid: string } | 'exists'>;
  readRoleBinding(namespace: string, name: string): Promise<RoleBinding | undefined>;
  /** Deletes exactly this object. 'gone' when absent, 'other' when the name now has another UID. */
  deleteRoleBinding(namespace: string, name: string, uid: string): Promise<'deleted' | 'gone' | 'other'>;
  /** As RoleBindings are: 'exists' when the name is taken, by whatever. PlanRefused when admission or RBAC refuses. */
  createRole(role: TaskRole): Promise<{ uid: string } | 'exists'>;
  /** With whatever rules stand there. */
  readRole(namespace: string, name: string): Promise<TaskRole | undefined>;
  deleteRole(namespace: string, name: string, uid: string): Promise<'deleted' | 'gone' | 'other'>;
  /** As `listGrants`, of the Roles of grants that are for one task. */
  listRoles(deployment: string, page: { limit: number; cursor?: string }): Promise<Page<TaskRole>>;
  /** A page of RoleBindings with this deployment's mark in all namespaces. Unavailable for a cursor that has expired: begin again. */
  listGrants(deployment: string, page: { limit: number; cursor?: string }): Promise<Page<RoleBinding>>;
  /** Server-side dry run of a RoleBinding that the fences must refuse. */
  refusesForbidden(namespace: string, clusterRole: string): Promise<boolean>;
  /** The same of a Role, as DefineRole. */
  refusesForbiddenRole(namespace: string): Promise<boolean>;
}

/** What an execution is told; nothing of it ever changes. */
export type Startable = Pick<AccessRequest, 'id' | 'reviewBy' | 'claim'> & {
  asked: Pick<Asked, 'startsAt' | 'extends'>;
};

/** The state machine. */
export interface Executions {
  /** Idempotent: 'started' or 'exists', whether it runs or has ended. */
  start(request: Startable): Promise<'started' | 'exists'>;
  status(requestId: string): Promise<'running' | 'ended' | 'absent'>;
  /** 'gone' when the token's task no longer waits. */
  succeed(taskToken: string): Promise<'delivered' | 'gone'>;
  fail(taskToken: string, error: string, cause: string): Promise<'delivered' | 'gone'>;
}

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}
export interface Mailer {
  send(mail: Mail): Promise<void>;
}
/** Renders mail for one person; kept out of operations, which know no HTML. */
export interface Messages {
  reviewMail(request: AccessRequest, reviewer: string, linkSecret: string): Mail;
  /** Says that what others asked for is approved and how to claim it; decides nothing and holds no link. */
  claimMail(request: AccessRequest, person: string): Mail;
  /** Says that somebody takes access by break-glass; decides nothing and holds no link. */
  noticeMail(request: AccessRequest, person: string): Mail;
  /** Asks to look back at a use of break-glass. `overdue`: its time is over. */
  afterReviewMail(request: AccessRequest, person: string, overdue: boolean): Mail;
}

/** The locked bucket. */
export interface AuditSink {
  /** Create-only; fine if the same event is there, StillStanding if another one is. */
  put(event: AnyEvent): Promise<void>;
}

/** Lines of the clusters' audit logs, in the locked bucket. */
export interface UsageLines {
  /** As one object, create-only; fine if the same lines are there. */
  put(cluster: EksCluster, lines: readonly string[]): Promise<void>;
}

export interface PlanSigner {
  sign(plan: BindPlan): Promise<SignedPlan>;
}
export interface PlanVerifier {
  /** Offline, with the public key of the configuration. */
  verify(signed: SignedPlan): boolean;
}

/** The cluster leg's functions, called directly (sweep, kill switch). */
export interface ClusterLeg {
  unbind(plan: UnbindPlan): Promise<UnbindResult>;
  /** Several plans of one cluster in one function, each at its instant; an outcome for each, in order. */
  unbindAll(plans: readonly UnbindPlan[]): Promise<UnbindOutcome[]>;
  survey(plan: SurveyPlan): Promise<Survey>;
}
export type UnbindOutcome = UnbindResult | Error;

/** Functions of the AWS leg that are called and not waited for: they may run late, twice, or not at all. */
export interface Background {
  sweepCluster(sweep: ClusterSweep): Promise<void>;
  killGrants(killId: string): Promise<void>;
  /** For all that tickets ask for and that is noted. */
  askByTicket(): Promise<void>;
}

export interface Identities {
  /** The role by name, with its path and id. IdentityRefused when it isn't in the account or can't be read. */
  role(account: string, roleName: string): Promise<Principal>;
  /** As IAM has it now; 'gone' only where IAM says that there is none. */
  find(account: string, roleName: string): Promise<Principal | 'gone'>;
}

/** Tokens of CI jobs and agents. */
export interface IdentityTokens {
  /**
   * What one of these issuers says of whoever holds the token, made for Curfew and good now. IdentityRefused for any other token,
   * without repeating it; Unavailable where the issuer's keys can't be read.
   */
  verify(token: string, issuers: readonly Issuer[]): Promise<Vouched>;
}

/** The organisation's own rules, beside the guardrails. */
export interface OrganisationPolicy {
  /** Never rejects: what can't be judged is refused, with what is wrong with the policy as its reason, and counted. */
  judge(input: PolicyInput): Promise<Verdict>;
}

/** The REST APIs of the catalog's ticket systems, and of no other. */
export interface Tickets {
  /** By ticketKey. Unavailable where it can't be asked, or answers as it shouldn't. */
  read(source: string, ticket: string): Promise<TicketFacts | 'absent'>;
}

/** Comments on tickets, by the REST APIs of the catalog's ticket systems and of no other. */
export interface TicketComments {
  /** 'absent' where there is no such ticket. Unavailable where it was not, or may not have been, written. */
  write(source: string, comment: TicketComment): Promise<'written' | 'absent'>;
}

/** Receivers of webhooks. Unavailable where it was not, or may not have been, taken. */
export interface Receivers {
  /** `internal`: its host may have an address that is not public. */
  send(
    to: { url: string; internal: boolean },
    webhook: { headers: Record<string, string>; body: string },
  ): Promise<void>;
}

/** Where the outside hears of what happens. It may hear a thing twice, under the same id. */
export interface EventBus {
  announce(announcement: Announcement): Promise<void>;
  reply(reply: TicketReply): Promise<void>;
}

/** Secrets by their names. */
export interface Secrets {
  /** As it is now; undefined where there is none of that name. */
  read(name: string): Promise<string | undefined>;
}

type CountName =
  | 'UsageUnreadable'
  | 'UsageUnknown'
  | 'UsageFlagged'
  | 'ResidualFound'
  | 'RbacByHand'
  | 'RevocationFailed'
  | 'SweepRepaired'
  | 'GrantRefused'
  | 'Stuck'
  | 'KillUnfinished'
  | 'ClusterSwept'
  | 'OrphanRemoved'
  | 'DriftFound'
  | 'PolicyFailed'
  | 'AfterReviewOverdue'
  | 'WebhookRefused'
  | 'WebhookFailed'
  | 'TicketUnreachable'
  | 'AnnouncementLost'
  | 'EvidenceBroken'
  | 'CheckpointMade'
  | 'CheckpointNotSent'
  | 'TicketAskRefused';

/** Numbers for alarms and dashboards. */
export interface Metrics {
  count(name: CountName, value: number): void;
  milliseconds(name: 'RevokeLateness' | 'OpenToBound', value: number): void;
}

export interface Settings {
  /** Id of this deployment: in tags and labels, so that two deployments never touch each other's. */
  deployment: string;
  region: string;
}

export interface World {
  clock: Clock;
  ids: Ids;
  catalog: Catalog;
  organisation: OrganisationPolicy;
  settings: Settings;
  records: Records;
  kills: KillOrders;
  clusters: KnownClusters;
  ticketNotes: TicketNotes;
  passkeys: Passkeys;
  authenticators: Authenticators;
  pages: PageOrigin;
  usage: UsageStore;
  usageLines: UsageLines;
  ledger: EntryLedger;
  entries: AccessEntries;
  cluster: ClusterApi;
  executions: Executions;
  mailer: Mailer;
  messages: Messages;
  auditSink: AuditSink;
  signer: PlanSigner;
  verifier: PlanVerifier;
  clusterLeg: ClusterLeg;
  background: Background;
  identities: Identities;
  tickets: Tickets;
  secrets: Secrets;
  eventBus: EventBus;
  ticketComments: TicketComments;
  receivers: Receivers;
  identityTokens: IdentityTokens;
  metrics: Metrics;
}
