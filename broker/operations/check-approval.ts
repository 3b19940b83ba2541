/** Checks, at the moment of granting, that the approval still holds. Pure. */
import { eligibleReviewers } from '#domain/catalog.ts';
import { claimFault } from '#domain/claim.ts';
import type { Principal } from '#domain/identity.ts';
import { needsOf, unmetBy } from '#domain/policy/approvals.ts';
import { decide } from '#domain/policy/decide.ts';
import type { Decision } from '#domain/policy/decision.ts';
import type { Circumstances } from '#domain/policy/guardrail.ts';
import { fewest } from '#domain/policy/review-needs.ts';
import { type AccessRequest, type Resolved, requestDigest } from '#domain/request.ts';
import { isOwnRole } from '#domain/role-definition.ts';
import type { Anew } from '#domain/transitions/ask-again.ts';
import { riskNow } from '#domain/transitions/note-signal.ts';
import { noLonger } from '#domain/workload.ts';
import type { World } from '#ports';

type Needs = Pick<World, 'catalog' | 'clock'>;

/** What stands in the way: nothing that could be mended, or something that its reviewers can answer for anew. */
export type ApprovalFault = { refused: string } | { anew: Anew };

/** What is known at this moment. */
export interface Now {
  /** The role as IAM has it. */
  principal: Principal;
  /** What the request comes to; undefined where its role or cluster isn't in the catalog any more. */
  resolved: Resolved | undefined;
  circumstances: Circumstances;
}

/** Undefined where it holds. */
export function approvalFault(
  world: Needs,
  request: AccessRequest,
  { principal, resolved, circumstances }: Now,
): ApprovalFault | undefined {
  const { catalog } = world;
  const { asked, requester, subject, claim } = request;
  if (requestDigest(request) !== request.digest)
    return { refused: 'what was approved is not what is on the record' };
  if (subject.kind === 'unclaimed') return { refused: `${subject.person} has not claimed it` };
  const { person } = requester;
  const unmeant = requester.askedBy && claimFault(catalog, { person, claim }, subject);
  if (unmeant !== undefined) return { refused: unmeant };
  if (principal.arn !== subject.principalArn || principal.roleId !== subject.roleId)
    return { refused: `the IAM role ${subject.principalArn} was made anew since the request; ask again` };
  const unknown = requester.workload && noLonger(catalog, subject.principalArn, requester.workload);
  if (unknown !== undefined) return { refused: unknown };
  const line = request.firstStart === undefined ? {} : { firstStart: request.firstStart };
  const decision = decide({ catalog, asked, requester, now: world.clock.now(), ...line, ...circumstances });
  if (decision.outcome === 'refuse') return { refused: decision.reasons.join(' ') };
  const { endFrom } = catalog.risk;
  if (endFrom !== undefined && request.signals && riskNow(request) >= endFrom)
    return { refused: `the risk has grown to ${riskNow(request)}; ${endFrom} is the limit` };
  if (!resolved) return { refused: 'its role or cluster is no longer in the catalog as it was asked for' };
  const reason = changed(request, resolved) ?? unapproved(catalog, request, decision);
  if (reason === undefined) return undefined;
  const reviewers = eligibleReviewers(catalog, needsOf(decision), requester);
  return { anew: { resolved, decision, reviewers, reason } };
}

function changed({ asked, resolved }: AccessRequest, now: Resolved): string | undefined {
  const { eksCluster } = resolved;
  const moved =
    now.clusterRole !== resolved.clusterRole ||
    now.task?.rulesDigest !== resolved.task?.rulesDigest ||
    now.eksCluster.eksName !== eksCluster.eksName ||
    now.eksCluster.region !== eksCluster.region;
  if (moved) return `role "${asked.role}" or its cluster changed in the catalog since it was approved`;
  if (isOwnRole(now.clusterRole) || now.rulesDigest === resolved.rulesDigest) return undefined;
  return `ClusterRole "${now.clusterRole}" of the cluster changed since it was approved`;
}

/** What was wanted when they answered, and what is wanted now: both have to be met. */
function unapproved(
  catalog: Needs['catalog'],
  request: AccessRequest,
  decision: Decision,
): string | undefined {
  const unmet = unmetBy(catalog, request.decision, request) ?? unmetBy(catalog, decision, request);
  return (
    unmet &&
    `${unmet.rule} needs ${fewest(unmet.needs)} approvals by people who may review it now, and has not got them`
  );
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
