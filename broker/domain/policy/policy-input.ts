/** Puts together what the organisation's policy is told about one request. */
import type { Catalog, CatalogRole } from '../catalog.ts';
import type { Instant } from '../instant.ts';
import { mayStand } from '../lifecycle.ts';
import type { AccessRequest, Asked } from '../request.ts';
import type { PolicyInput } from './organisation.ts';

export interface AskedOfPolicy {
  now: Instant;
  phase: PolicyInput['phase'];
  asked: Asked;
  requester: Pick<AccessRequest['requester'], 'person' | 'principalArn' | 'sessionName'>;
  /** The catalog's role of that name. */
  role: CatalogRole;
  cluster: PolicyInput['cluster'];
  /** Other requests of the same requester; those that hold nothing now are left out. */
  others: readonly AccessRequest[];
  catalog: Pick<Catalog, 'roles'>;
}

export function policyInput(of: AskedOfPolicy): PolicyInput {
  const { person, principalArn, sessionName } = of.requester;
  const { duty, rules, maxDuration, ticketRequired, reviews } = of.role;
  return {
    version: 1,
    at: of.now,
    phase: of.phase,
    request: requested(of.asked),
    requester: {
      kind: person === undefined ? 'workload' : 'person',
      ...(person === undefined ? {} : { person }),
      principalArn,
      sessionName,
    },
    role: {
      duty,
      rules: rules.map(({ resourceNames, ...rule }) =>
        resourceNames === undefined ? rule : { ...rule, resourceNames },
      ),
      maxDurationSeconds: maxDuration,
      ticketRequired,
      reviews: { required: reviews.required, from: reviews.from },
    },
    cluster: of.cluster,
    live: of.others.flatMap((other) => held(other, of.catalog)),
  };
}

/** By name: what a request may come to hold besides is not told in this version. */
function requested(asked: Asked): PolicyInput['request'] {
  const { cluster, namespaces, role, durationSeconds, reason, ticket, startsAt, extends: continued } = asked;
  return {
    cluster,
    namespaces,
    role,
    durationSeconds,
    reason,
    ...(ticket === undefined ? {} : { ticket }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(continued === undefined ? {} : { extends: continued }),
  };
}

function held(
  { id, status, asked, grant }: AccessRequest,
  { roles }: Pick<Catalog, 'roles'>,
): PolicyInput['live'] {
  if (!grant || !mayStand(status)) return [];
  const duty = Object.hasOwn(roles, asked.role) ? roles[asked.role]?.duty : undefined;
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
