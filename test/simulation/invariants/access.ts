/** Promises 1 and 2 over what everybody may do: a real yes behind every right, and none before or after its time. */
import { type Catalog, type CatalogRole, eligibleReviewers } from '#domain/catalog.ts';
import { msBetween } from '#domain/instant.ts';
import { patience } from '#domain/lifecycle.ts';
import { meet } from '#domain/policy/review-needs.ts';
import { callers, personOf } from '../people/cast.ts';
import type { Deeds } from '../people/deeds.ts';
import { isExcused } from './by-hand.ts';
import type { Evident } from './evidence.ts';
import type { Invariant, Seen } from './invariant.ts';
import { type Right, requestIdOf } from './observe.ts';

/** Without faults: one second. After the last fault: a minute. */
export const faultlessMs = 1_000;
export const healedMs = 60_000;
/** What the sweep that finds it takes itself: to be called, cold at times, and to go through its calls. */
export const sweepMs = 3_000;
/** The sweep leaves a record alone for moments, since somebody may be driving it: `patience` of the lifecycle. */
export const patienceMs = patience.revoke;
/** From asking for an early end until the delete, without faults: the execution wakes, EndGrant and UnbindRole start. */
export const earlyMs = 8_000;

/** The grants that give exactly this right to exactly this person, whatever the time. */
function grantsFor(seen: Seen, right: Right): Evident[] {
  const { principal, sessionName, person } = callers[right.who];
  return [...seen.evidence.all.values()].filter(
    ({ asked, subject, clusterRole, task, grant }) =>
      grant !== undefined &&
      asked.cluster === right.cluster &&
      asked.namespaces.includes(right.namespace) &&
      clusterRole === right.clusterRole &&
      task?.rulesDigest === right.task &&
      subject.kind !== 'unclaimed' &&
      subject.principalArn === principal.arn &&
      (subject.kind === 'principal' ? person === undefined : subject.sessionName === sessionName),
  );
}

export const foreign = (seen: Seen, { binding }: Right) => seen.mishaps.planted.has(`binding ${binding}`);
export const describe = ({ who, namespace, clusterRole, task, binding }: Right) =>
  `${who} may use ${task === undefined ? '' : `the rules ${task} within `}${clusterRole} in ${namespace} by ${binding}`;

function breachOf(
  seen: Seen,
  fault: (right: Right, grants: Evident[]) => string | undefined,
): string | undefined {
  for (const right of seen.rights) {
    if (foreign(seen, right)) continue;
    const why = fault(right, grantsFor(seen, right));
    if (why !== undefined && !isExcused(seen, right)) return `${describe(right)}: ${why}`;
  }
  return undefined;
}

export const grantedToThem: Invariant = {
  name: 'granted to them',
  says: 'Whoever may do something has a grant of exactly that person, role, place, with its evidence in the locked bucket.',
  breach: (seen) =>
    breachOf(seen, (_, grants) => (grants.length === 0 ? 'no grant of theirs is in the bucket' : undefined)),
};

/** Latest instant at which a grant's access may be seen. */
export function deadlineOf(seen: Seen, { id, expires, asked }: Evident): number {
  const never = Number.POSITIVE_INFINITY;
  const end = Math.min(seen.deeds.endOf(id) ?? never, endOfExtended(seen, asked.extends) ?? never);
  if (seen.faultless) return Math.min(expires + faultlessMs, end + earlyMs);
  const over = Math.min(expires, end);
  return Math.max(over, seen.lastFault) + healedMs + patienceMs + sweepMs + seen.skewMs;
}

/** Before this the hold has not fired, and who ends a grant ends what was asked for to go on with it. */
const holdFiresMs = 10_000;

function endOfExtended(seen: Seen, extended: string | undefined): number | undefined {
  if (extended === undefined) return undefined;
  const expires = seen.evidence.all.get(extended)?.expires ?? Number.NaN;
  const end = seen.deeds.endOf(extended);
  if (end === undefined) return undefined;
  return end < expires - holdFiresMs - seen.skewMs ? end : undefined;
}

export const outOnTime: Invariant = {
  name: 'out on time',
  says: 'Nobody keeps a right past its grant: 1 s after expiry without faults, a minute after the last fault with them.',
  breach: (seen) =>
    breachOf(seen, (_, grants) => {
      const latest = grants.reduce(
        (last, grant) => Math.max(last, deadlineOf(seen, grant)),
        Number.NEGATIVE_INFINITY,
      );
      return seen.now > latest ? `${seen.now - latest} ms past the latest instant allowed` : undefined;
    }),
};

export const rolesGo: Invariant = {
  name: 'roles go with their grants',
  says: 'A Role that was made for one grant is gone a minute after access has to be.',
  breach: (seen) => {
    const { cloud, evidence, deeds, now } = seen;
    for (const { roles } of cloud.twins.clusters.values())
      for (const key of roles.keys()) {
        const grant = evidence.all.get(requestIdOf(key));
        const late = grant?.grant ? now - deadlineOf(seen, grant) - healedMs : 0;
        if (late > 0 && !deeds.spoiled('binding', key)) return `Role ${key} stands ${late} ms too long`;
      }
    return undefined;
  },
};

/** A successor is opened so long before its start that the person sees no gap. */
const handoverMs = 30_000;

export const notBefore: Invariant = {
  name: 'not before its start',
  says: 'Nobody has a right before the start of a grant that gives it, or the handover to it.',
  breach: (seen) =>
    breachOf(seen, (_, grants) => {
      const early = grants.every(({ asked }) => {
        const ahead = asked.extends === undefined ? 0 : handoverMs;
        return (
          asked.startsAt !== undefined && seen.now + seen.skewMs / 2 < Date.parse(asked.startsAt) - ahead
        );
      });
      return early ? 'its start lies ahead' : undefined;
    }),
};

export const withAYes: Invariant = {
  name: 'with a yes',
  says: 'Behind every right are enough approvals, of what was asked, by eligible others who did approve it, or break-glass by its name.',
  breach: (seen) =>
    breachOf(seen, (_, grants) => {
      const faults = grants.map((grant) => approvalFault(seen, grant));
      return faults.includes(undefined) ? undefined : faults.join('; ');
    }),
};

/** How long before opening a catalog may have been replaced for OpenGrant to go by it still. */
const catalogLagMs = 60_000;

function approvalFault({ cloud, deeds }: Seen, evident: Evident): string | undefined {
  const { id, asked, approvals, grant } = evident;
  const opened = Date.parse(grant?.openedAt ?? '');
  const valid = cloud.deployed.some(({ at, catalog }, i) => {
    const until = cloud.deployed[i + 1]?.at ?? Number.POSITIVE_INFINITY;
    const role = Object.hasOwn(catalog.roles, asked.role) ? catalog.roles[asked.role] : undefined;
    if (!role || at > opened + catalogLagMs || until < opened - catalogLagMs) return false;
    return isEmergency(evident, role) || isApproved(deeds, evident, catalog, role);
  });
  return valid ? undefined : `grant ${id} has no sufficient approval (${approvals.length} in the bucket)`;
}

/** Without reviews only by the rule that the record names, for a person, within its cap, and with somebody to look back at it. */
function isEmergency(
  { asked, decision, subject, afterReview }: Evident,
  { breakGlass }: CatalogRole,
): boolean {
  return (
    breakGlass !== undefined &&
    asked.breakGlass === true &&
    decision.matched.includes('break-glass') &&
    decision.waived !== undefined &&
    subject.kind === 'person' &&
    asked.durationSeconds <= breakGlass.maxDuration &&
    afterReview !== undefined
  );
}

function isApproved(deeds: Deeds, evident: Evident, catalog: Catalog, { reviews }: CatalogRole): boolean {
  const { id, actor, approvals, digest } = evident;
  const approvers = new Set(deeds.approversOf(id).map(personOf));
  const eligible = new Set(eligibleReviewers(catalog, reviews, { person: actor, sessionName: actor }));
  const real = approvals.filter(
    (review) =>
      review.digest === digest &&
      eligible.has(review.reviewer) &&
      approvers.has(review.reviewer) &&
      review.reviewer !== actor,
  );
  return meet(catalog, reviews, new Set(real.map(({ reviewer }) => reviewer)));
}

export const evidenceFirst: Invariant = {
  name: 'evidence first',
  says: 'While a binding of Curfew stands, all events up to its opening are in the locked bucket.',
  breach: (seen) =>
    breachOf(seen, (right) => {
      const id = right.requestId;
      const evident = seen.evidence.all.get(id);
      const { openedBy = Number.POSITIVE_INFINITY, seen: there = new Set<number>() } = evident ?? {};
      for (let seq = 1; seq <= openedBy; seq++)
        if (!there.has(seq)) return `event ${seq} of ${id} is not in the bucket`;
      return undefined;
    }),
};

/** An API server goes by a new RoleBinding a moment later. */
const effectMs = 200;

export const kept: Invariant = {
  name: 'kept until its end',
  says: "A grant in force gives its right until it expires or somebody ends it; another grant's end takes nothing from it.",
  breach: (seen) => {
    const { cloud, deeds, now, skewMs } = seen;
    for (const request of cloud.twins.records.requests.values()) {
      const { id, status, grant, subject, asked, ending, endRequested } = request;
      const natural = status === 'active' || (status === 'revoking' && ending?.reason === 'its time is up');
      if (!natural || !grant?.activatedAt || endRequested || now >= Date.parse(grant.expiresAt) - skewMs)
        continue;
      if (now < Date.parse(grant.activatedAt) + effectMs + skewMs) continue;
      if (subject.kind === 'unclaimed' || deeds.spoiled('entry', subject.principalArn)) continue;
      for (const { namespace, name } of grant.bindings) {
        if (deeds.spoiled('binding', `${namespace}/${name}`)) continue;
        const has = seen.rights.some((right) => right.binding === `${namespace}/${name}`);
        if (!has)
          return `grant ${id} for ${asked.role} in ${namespace} is in force for ${msBetween(new Date(now).toISOString(), grant.expiresAt)} ms more, but gives nothing`;
      }
    }
    return undefined;
  },
};
