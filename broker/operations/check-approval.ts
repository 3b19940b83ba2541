/** Checks, at the moment of granting, that the approval still holds: fault in words, or undefined. Pure. */
import { clusterRoleName } from '#domain/cluster-role.ts';
import type { Principal } from '#domain/identity.ts';
import { unmetBy } from '#domain/policy/approvals.ts';
import { decide } from '#domain/policy/decide.ts';
import type { Circumstances } from '#domain/policy/guardrail.ts';
import { fewest } from '#domain/policy/review-needs.ts';
import { type AccessRequest, requestDigest } from '#domain/request.ts';
import { riskNow } from '#domain/transitions/note-signal.ts';
import type { World } from '#ports';

/** `principal` is the role as IAM has it now; `circumstances` are those of this moment. */
export function approvalFault(
  { catalog, settings, clock }: Pick<World, 'catalog' | 'settings' | 'clock'>,
  request: AccessRequest,
  principal: Principal,
  circumstances: Circumstances,
): string | undefined {
  const { asked, requester, resolved, subject } = request;
  if (requestDigest(request) !== request.digest) return 'what was approved is not what is on the record';
  if (principal.arn !== subject.principalArn || principal.roleId !== subject.roleId) {
    return `the IAM role ${subject.principalArn} was made anew since the request; ask again`;
  }
  const line = request.firstStart === undefined ? {} : { firstStart: request.firstStart };
  const decision = decide({ catalog, asked, requester, now: clock.now(), ...line, ...circumstances });
  if (decision.outcome === 'refuse') return decision.reasons.join(' ');
  const { endFrom } = catalog.risk;
  if (endFrom !== undefined && request.signals && riskNow(request) >= endFrom)
    return `the risk has grown to ${riskNow(request)}; ${endFrom} is the limit`;
  const role = catalog.roles[asked.role];
  const cluster = catalog.clusters[asked.cluster];
  if (!role || !cluster) return 'its role or cluster is no longer in the catalog';
  const moved =
    clusterRoleName(asked.role, role.rules) !== resolved.clusterRole ||
    (cluster.eksName ?? asked.cluster) !== resolved.eksCluster.eksName ||
    (cluster.region ?? settings.region) !== resolved.eksCluster.region;
  if (moved)
    return `role "${asked.role}" or its cluster changed in the catalog since it was approved; ask again`;
  // What was wanted when they answered, and what is wanted now: both have to be met.
  const unmet = unmetBy(catalog, request.decision, request) ?? unmetBy(catalog, decision, request);
  return unmet
    ? `${unmet.rule} needs ${fewest(unmet.needs)} approvals by people who may review it now, and has not got them`
    : undefined;
}

/** An extension goes on with a grant that lasted, or lasts, as long as it was given for. */
export async function extensionFault(
  world: Pick<World, 'records'>,
  { asked }: AccessRequest,
): Promise<string | undefined> {
  if (asked.extends === undefined) return undefined;
  const extended = await world.records.read(asked.extends);
  const { grant, ending, endRequested, status } = extended ?? {};
  const early = endRequested || (ending && grant && ending.notBefore < grant.expiresAt);
  const lasted = status === 'active' || status === 'revoking' || status === 'revoked';
  if (lasted && !early) return undefined;
  return `the grant ${asked.extends}, which it extends, was ended early; ask anew`;
}
