/** Judges what is asked, without writing anything: what it comes to by the catalog, and what policy says to it. */
import { eksClusterNamed, listed } from '#domain/catalog-lookup.ts';
import { putIntoWindow } from '#domain/change-window.ts';
import type { Whom } from '#domain/claim.ts';
import { canonicalRules, clusterRoleName, rulesDigest } from '#domain/cluster-role.ts';
import { rulesFound, type SurveyedRole } from '#domain/foreign-role.ts';
import { type Caller, callerKey, subjectOf } from '#domain/identity.ts';
import type { Instant } from '#domain/instant.ts';
import { decide } from '#domain/policy/decide.ts';
import type { Decision } from '#domain/policy/decision.ts';
import type { AccessRequest, Asked, Resolved, Submission } from '#domain/request.ts';
import { taskRules } from '#domain/task-rules.ts';
import type { World } from '#ports';
import { lookAtTicket } from './look-at-ticket.ts';
import { readCircumstances } from './read-circumstances.ts';
import { type SurveyNeeds, surveyAsked } from './survey-asked.ts';

export interface AskedFor {
  asked: Asked;
  /** Of an extension. */
  firstStart?: Instant;
}

export type JudgeNeeds = Pick<
  World,
  'clock' | 'ids' | 'catalog' | 'settings' | 'records' | 'kills' | 'organisation' | 'tickets' | 'metrics'
> &
  SurveyNeeds;

export interface Judged {
  core: Pick<AccessRequest, 'id' | 'subject' | 'claim' | 'requester' | 'asked' | 'resolved'>;
  decision: Decision;
  line: { firstStart?: Instant };
}

export async function judgeSubmission(
  world: JudgeNeeds,
  whom: Whom,
  { asked: wanted, firstStart }: AskedFor,
): Promise<Judged> {
  const line = firstStart === undefined ? {} : { firstStart };
  const [surveyed, ticket] = await Promise.all([surveyAsked(world, wanted), lookAtTicket(world, wanted)]);
  const isJob = 'workload' in whom && whom.workload !== undefined;
  // A job wants it now or not at all: nobody is there to come back when the window begins.
  const asked = isJob ? wanted : putIntoWindow(world.catalog, wanted, ticket, world.clock.now());
  const core = {
    id: world.ids.requestId(),
    ...whomOf(world, whom),
    asked,
    resolved: resolve(world, asked, surveyed.role) ?? unresolved(world, asked),
  };
  const circumstances = await readCircumstances(world, 'submit', core, surveyed, { ticket });
  const question = { catalog: world.catalog, asked, requester: core.requester, now: world.clock.now() };
  return { core, decision: decide({ ...question, ...line, ...circumstances }), line };
}

function whomOf(
  { catalog }: Pick<World, 'catalog'>,
  whom: Whom,
): Pick<AccessRequest, 'subject' | 'requester' | 'claim'> {
  if (!('by' in whom)) return { subject: subjectOf(whom), requester: requesterOf(whom) };
  const { person, by } = whom;
  const from = whom.from ?? catalog.claims.from;
  return {
    subject: { kind: 'unclaimed', person },
    requester: { key: person, person, askedBy: by },
    claim: { windowSeconds: catalog.claims.window, ...(from === undefined ? {} : { from: [...from] }) },
  };
}

function requesterOf(caller: Caller): AccessRequest['requester'] {
  const { person, network, workload } = caller;
  return {
    key: callerKey(caller),
    principalArn: caller.principal.arn,
    sessionName: caller.sessionName,
    ...(person === undefined ? {} : { person }),
    ...(workload === undefined ? {} : { workload }),
    ...(network === undefined ? {} : { network }),
  };
}

/**
 * What is asked comes to by the catalog; undefined where its role or cluster isn't there, or the role doesn't cover it.
 *
 * @param surveyed of a role that isn't ours: as it stands on the cluster
 */
export function resolve(
  { catalog, settings }: Pick<World, 'catalog' | 'settings'>,
  asked: Asked,
  surveyed: SurveyedRole | undefined,
): Resolved | undefined {
  const eksCluster = eksClusterNamed(catalog, asked.cluster, settings.region);
  const role = listed(catalog.roles, asked.role);
  if (!eksCluster || !role) return undefined;
  const { clusterRole, rules } = role.rules
    ? { clusterRole: clusterRoleName(asked.role, role.rules), rules: canonicalRules(role.rules) }
    : { clusterRole: role.clusterRole, rules: rulesFound(surveyed) };
  const resolved = { eksCluster, clusterRole, rules, rulesDigest: rulesDigest(rules) };
  if (!asked.allow) return resolved;
  // Never the whole role instead. The fences know the bounds of the catalog's own rules only.
  const task = role.rules && taskRules({ role: asked.role, bounds: role.rules }, asked.allow);
  if (!task || 'fault' in task) return undefined;
  return { ...resolved, task: { rules: task.rules, rulesDigest: rulesDigest(task.rules) } };
}

export function askedOf({ duration, namespaces, ...rest }: Submission): Asked {
  const { allow, ticket, startsAt, breakGlass, onBehalfOf: _, ...fields } = rest;
  return {
    ...fields,
    namespaces: [...new Set(namespaces)].sort(),
    durationSeconds: duration,
    ...(allow === undefined ? {} : { allow }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(breakGlass ? { breakGlass } : {}),
  };
}

/** What is kept of a refused request that comes to nothing by the catalog: nothing that could be granted. */
const unresolved = ({ settings }: JudgeNeeds, asked: Asked): Resolved => ({
  eksCluster: { eksName: asked.cluster, region: settings.region },
  clusterRole: '',
  rules: [],
  rulesDigest: rulesDigest([]),
});
