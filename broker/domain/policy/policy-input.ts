/** Puts together what the organisation's policy is told about one request. */
import type { Catalog, PolicyRule } from '../catalog.ts';
import { environmentOf, listed } from '../catalog-lookup.ts';
import type { Instant } from '../instant.ts';
import { mayStand } from '../lifecycle.ts';
import type { AccessRequest, Asked } from '../request.ts';
import type { Workload } from '../workload.ts';
import type { PolicyInput } from './organisation.ts';

export interface AskedOfPolicy {
  now: Instant;
  phase: PolicyInput['phase'];
  asked: Asked;
  requester: Pick<
    AccessRequest['requester'],
    'person' | 'principalArn' | 'sessionName' | 'workload' | 'askedBy'
  >;
  /** Other requests of the same requester; those that hold nothing now are left out. */
  others: readonly AccessRequest[];
  catalog: Pick<Catalog, 'roles' | 'clusters' | 'environments'>;
  /** Of the role. */
  rules: readonly PolicyRule[];
  /** What would be granted, where that is less. */
  task?: { rules: readonly PolicyRule[] };
}

/** Undefined where the catalog has no such role: there is nothing to judge. */
export function policyInput(of: AskedOfPolicy): PolicyInput | undefined {
  const { person, principalArn, sessionName, workload, askedBy } = of.requester;
  const { roles } = of.catalog;
  const role = listed(roles, of.asked.role);
  if (!role) return undefined;
  const { duty, maxDuration, ticketRequired, reviews } = role;
  return {
    version: 1,
    at: of.now,
    phase: of.phase,
    request: requested(of.asked),
    requester: {
      kind: person === undefined ? 'workload' : 'person',
      ...(person === undefined ? {} : { person }),
      ...(principalArn === undefined ? {} : { principalArn }),
      ...(sessionName === undefined ? {} : { sessionName }),
      ...(workload === undefined ? {} : { workload: toldOf(workload) }),
      ...(askedBy === undefined ? {} : { askedBy }),
    },
    role: {
      duty,
      rules: written(of.rules),
      maxDurationSeconds: maxDuration,
      ticketRequired,
      reviews,
    },
    ...(of.task ? { task: { rules: written(of.task.rules) } } : {}),
    cluster: clusterOf(of),
    live: of.others.flatMap((other) => held(other, of.catalog)),
  };
}

function written(rules: readonly PolicyRule[]): PolicyInput['role']['rules'] {
  return rules.map(({ resourceNames, ...rule }) =>
    resourceNames === undefined ? rule : { ...rule, resourceNames },
  );
}

/** By name: what comes to be known of one besides is not told in this version. */
function toldOf({
  name,
  kind,
  issuer,
  repository,
  repositoryId,
  ref,
  environment,
  workflow,
  event,
  subject,
  runId,
  actsFor,
}: Workload): NonNullable<PolicyInput['requester']['workload']> {
  const facts = { repository, repositoryId, ref, environment, workflow, event, subject, actsFor };
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  return { name, kind, issuer, runId, ...Object.fromEntries(known) };
}

function clusterOf({ asked, catalog }: AskedOfPolicy): PolicyInput['cluster'] {
  const { cluster: name } = asked;
  const found = environmentOf(catalog, name);
  return {
    name,
    production: found?.rules.production ?? false,
    ...(found ? { environment: found.name } : {}),
  };
}

/** By name: what a request may come to hold besides is not told in this version. */
function requested(asked: Asked): PolicyInput['request'] {
  const {
    cluster,
    namespaces,
    role,
    allow,
    durationSeconds,
    reason,
    ticket,
    startsAt,
    extends: continued,
    breakGlass,
  } = asked;
  return {
    cluster,
    namespaces,
    role,
    durationSeconds,
    reason,
    ...(allow === undefined ? {} : { allow }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(continued === undefined ? {} : { extends: continued }),
    ...(breakGlass ? { breakGlass } : {}),
  };
}

function held(
  { id, status, asked, grant }: AccessRequest,
  { roles }: Pick<Catalog, 'roles'>,
): PolicyInput['live'] {
  if (!grant || !mayStand(status)) return [];
  const duty = listed(roles, asked.role)?.duty;
  const { cluster, namespaces, role } = asked;
  return [
    {
      requestId: id,
      cluster,
      namespaces,
      role,
      ...(duty === undefined ? {} : { duty }),
      expiresAt: grant.expiresAt,
    },
  ];
}
