/**
 * What operations need from the world. Each port has a real adapter and a memory twin, proven alike by test/contracts.
 * Every call may throw Unavailable (try again); only the other errors named here are part of a port's meaning.
 */

import type { EntryContent, EntryItem, EntryKey } from '#domain/access-entry.ts';
import type { AnyEvent, AuditEvent, KillStatus } from '#domain/audit-event.ts';
import type { Catalog, PolicyRule } from '#domain/catalog.ts';
import type { ClusterSweep } from '#domain/cluster-sweep.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import type { Principal } from '#domain/identity.ts';
import type { Instant } from '#domain/instant.ts';
import type { KillOrder } from '#domain/kill-order.ts';
import type { KillScope, KillSwitch } from '#domain/kill-scope.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
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
import type { ReviewLink } from '#domain/review-link.ts';
import type { RoleBinding } from '#domain/role-binding.ts';

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

export interface Page<T> {
  items: T[];
  cursor?: string;
}

/** One transaction: the request (conditional on expectedVersion; 0 = must not exist) and everything that goes with it. */
export interface Change {
  request: AccessRequest;
  expectedVersion: number;
  events: AuditEvent[];
  newLinks?: ReviewLink[];
  /** Hash of a link that must be unused; it is used by this change. */
  usedLink?: { hash: string; at: Instant };
  /** Must be new; with the hash of the body it was used with. */
  idempotency?: { key: string; bodyHash: string };
  /** None of these may be on. */
  unless?: KillScope[];
}

export interface Records {
  /**
   * All or nothing. RecordChanged: another version, link used, or idempotency key taken. KillSwitchOn: one of `unless` is on.
   * A repeat of the same change that did work answers as if it worked now.
   */
  commit(change: Change): Promise<void>;
  /** Strongly consistent. */
  read(requestId: string): Promise<AccessRequest | undefined>;
  readLink(hash: string): Promise<ReviewLink | undefined>;
  readIdempotency(key: string): Promise<{ requestId: string; bodyHash: string } | undefined>;
  /** Newest first. InvalidInput for a cursor that isn't ours. */
  listByRequester(
    requesterKey: string,
    page: { limit: number; cursor?: string },
  ): Promise<Page<AccessRequest>>;
  /** Everything not final, soonest due first. */
  listOpen(page: { limit: number; cursor?: string }): Promise<Page<AccessRequest>>;
  /** What may stand on one cluster, a page of at most `limit`; eventually consistent. */
  listLive(cluster: EksCluster, page: { limit: number; cursor?: string }): Promise<Page<LiveGrant>>;
  /** What may stand and is due in a span, on any cluster; eventually consistent. */
  liveDue(span: { from: Instant; before: Instant }, limit: number): Promise<LiveGrant[]>;
  /** Ids of requests due at or before `now`, oldest first; eventually consistent. */
  due(now: Instant, limit: number): Promise<string[]>;
  /** Events of one request in order; consistent. */
  events(requestId: string): Promise<AuditEvent[]>;
  /** Events of one request, or kill order, that were not marked shipped, in order; consistent. */
  unshipped(requestId: string): Promise<AnyEvent[]>;
  /** Requests and kill orders with unshipped events; eventually consistent. */
  unshippedRequests(limit: number): Promise<string[]>;
  markShipped(event: Pick<AuditEvent, 'requestId' | 'seq'>): Promise<void>;
}

/** One transaction: the order (conditional on expectedVersion) and its events; lifted, it also puts the switch off. */
export interface KillChange {
  order: KillOrder;
  expectedVersion: number;
  events: AuditEvent<KillStatus>[];
}

/** Kill orders, and the switches that they put on. */
export interface KillOrders {
  /** Puts the switch on with its new order. Returns the order that is on: this one, or an earlier one of the same scope. */
  begin(change: Omit<KillChange, 'expectedVersion'>): Promise<KillOrder>;
  /** RecordChanged for another version. */
  save(change: KillChange): Promise<void>;
  /** Strongly consistent. */
  read(id: string): Promise<KillOrder | undefined>;
  /** Events in order; consistent. */
  events(id: string): Promise<AuditEvent<KillStatus>[]>;
  /** All, newest first; eventually consistent. InvalidInput for a cursor that isn't ours. */
  list(page: { limit: number; cursor?: string }): Promise<Page<KillOrder>>;
  /** The first of these scopes' switches that is on; consistent. */
  switchOn(scopes: readonly KillScope[]): Promise<KillSwitch | undefined>;
  /** Those that need passes, oldest first; eventually consistent. */
  driven(): Promise<KillOrder[]>;
}

/** Clusters to look after: each that was in the catalog, until nothing is left of it. Consistent. */
export interface KnownClusters {
  list(): Promise<EksCluster[]>;
  /** Fine if it is known. */
  remember(cluster: EksCluster): Promise<void>;
  /** Fine if it is not. */
  forget(cluster: EksCluster): Promise<void>;
}

/** Who holds which access entry. All reads consistent; writes conditional, RecordChanged when the condition fails. */
export interface EntryLedger {
  read(key: EntryKey): Promise<EntryItem | undefined>;
  /** Up to 100 at once, in order. */
  readAll(keys: readonly EntryKey[]): Promise<(EntryItem | undefined)[]>;
  holders(key: EntryKey): Promise<string[]>;
  /**
   * One transaction: put the holder and move the item from `expected` (undefined = none) to `next` (same object: only
   * check it). 'ended', and nothing is written, when the request is not granting or its end was requested: whoever
   * releases holds would not see this one.
   */
  hold(requestId: string, expected: EntryItem | undefined, next: EntryItem): Promise<'held' | 'ended'>;
  /** Removes a holder; fine if it is gone. */
  release(key: EntryKey, requestId: string): Promise<void>;
  /** Conditional on state and generation of `expected` (undefined = none). */
  move(expected: EntryItem | undefined, next: EntryItem): Promise<void>;
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
  /** 'exists' when the name is taken, by whatever. PlanRefused when admission or RBAC refuses. */
  createRoleBinding(binding: RoleBinding): Promise<{ uid: string } | 'exists'>;
  readRoleBinding(namespace: string, name: string): Promise<RoleBinding | undefined>;
  /** Deletes exactly this object. 'gone' when absent, 'other' when the name now has another UID. */
  deleteRoleBinding(namespace: string, name: string, uid: string): Promise<'deleted' | 'gone' | 'other'>;
  /** A page of RoleBindings with this deployment's mark in all namespaces. Unavailable for a cursor that has expired: begin again. */
  listGrants(deployment: string, page: { limit: number; cursor?: string }): Promise<Page<RoleBinding>>;
  /** Server-side dry run of a RoleBinding that the fences must refuse. */
  refusesForbidden(namespace: string, clusterRole: string): Promise<boolean>;
}

/** What an execution is told; nothing of it ever changes. */
export type Startable = Pick<AccessRequest, 'id' | 'reviewBy'> & {
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
}

export interface Identities {
  /** The role by name, with its path and id. IdentityRefused when it isn't in the account or can't be read. */
  role(account: string, roleName: string): Promise<Principal>;
  /** As IAM has it now; 'gone' only where IAM says that there is none. */
  find(account: string, roleName: string): Promise<Principal | 'gone'>;
}

/** The organisation's own rules, beside the guardrails. */
export interface OrganisationPolicy {
  /** Never rejects: what can't be judged is refused, with what is wrong with the policy as its reason, and counted. */
  judge(input: PolicyInput): Promise<Verdict>;
}

type CountName =
  | 'RevocationFailed'
  | 'SweepRepaired'
  | 'GrantRefused'
  | 'Stuck'
  | 'KillUnfinished'
  | 'ClusterSwept'
  | 'OrphanRemoved'
  | 'DriftFound'
  | 'PolicyFailed'
  | 'AfterReviewOverdue';

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
  metrics: Metrics;
}
