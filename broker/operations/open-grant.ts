/** OpenGrant (AWS leg): checks everything again, writes the intent, ships the evidence, takes the access entry, signs the plan. */
import { isUnclaimed, knownSubject } from '#domain/claim.ts';
import {
  AskedAgain,
  ClaimAwaited,
  ClusterNotReady,
  EndRequested,
  ForeignAccessEntry,
  IdentityRefused,
  KillSwitchOn,
  NotApproved,
  NotDue,
  PlanRefused,
  RecordChanged,
} from '#domain/errors.ts';
import { after, type Instant } from '#domain/instant.ts';
import { scopesOf } from '#domain/kill-scope.ts';
import { advance, isFinal } from '#domain/lifecycle.ts';
import type { ClusterAddress, SignedPlan } from '#domain/plan.ts';
import type { AccessRequest } from '#domain/request.ts';
import { opensAt } from '#domain/start.ts';
import { type Anew, askAgain, askedAgainBecause } from '#domain/transitions/ask-again.ts';
import { open } from '#domain/transitions/open.ts';
import { requestEnd } from '#domain/transitions/request-end.ts';
import type { World } from '#ports';
import { changeRecord, readRequest } from './change-record.ts';
import { approvalFault, extensionFault } from './check-approval.ts';
import { resolve } from './judge-submission.ts';
import { readCircumstances } from './read-circumstances.ts';
import { shipEvents } from './ship-events.ts';
import { type SurveyNeeds, surveyAsked } from './survey-asked.ts';
import { entryKeyOf, refuseIfBusy, takeEntry } from './take-entry.ts';

type Needs = Pick<
  World,
  | 'clock'
  | 'catalog'
  | 'settings'
  | 'records'
  | 'kills'
  | 'organisation'
  | 'ledger'
  | 'entries'
  | 'identities'
  | 'tickets'
  | 'auditSink'
  | 'signer'
  | 'metrics'
> &
  SurveyNeeds;

const actor = 'curfew:OpenGrant';

/**
 * Idempotent until `createBefore`. Throws NotApproved where nothing may be granted (the record says why), AskedAgain where
 * reviewers have to answer anew, ClaimAwaited until it is claimed, NotDue before its time, EndRequested or PlanRefused where an opened grant has to be ended,
 * Unavailable and the like where a retry can succeed.
 */
export async function openGrant(world: Needs, { requestId }: { requestId: string }): Promise<SignedPlan> {
  const seen = await readRequest(world, requestId);
  if (seen.status === 'approved' || seen.status === 'scheduled') return openFirst(world, seen);
  if (seen.status === 'granting') return openAgain(world, seen);
  if (seen.status === 'pending' && world.clock.now() >= seen.reviewBy) {
    return refuse(world, seen, 'timed-out', 'nobody answered in time');
  }
  // A try before this one has asked again, and nobody heard of it.
  if (seen.status === 'pending' && askedAgainBecause(seen) !== undefined) throw asked(seen);
  if (isFinal(seen.status) || seen.status === 'pending') {
    throw new NotApproved(`Request ${requestId} is ${seen.status}: nothing is granted.`, {
      details: { requestId },
    });
  }
  throw new EndRequested(`Request ${requestId} is ${seen.status}.`, { details: { requestId } });
}

async function openFirst(world: Needs, seen: AccessRequest): Promise<SignedPlan> {
  const now = world.clock.now();
  if (seen.openBy !== undefined && now >= seen.openBy) {
    const late = isUnclaimed(seen) ? 'nobody claimed it until' : 'it could not be opened until';
    return refuse(world, seen, 'timed-out', `${late} ${seen.openBy}; ask again`);
  }
  if (seen.subject.kind === 'unclaimed') return awaitClaim(world, seen, seen.subject.person);
  const due = opensAt(seen.asked);
  if (due !== undefined && now < due) return schedule(world, seen, due);
  const address = await checked(world, seen);
  const request = await writeIntent(world, seen, address);
  return carryOut(world, request, address);
}

/** The kill switches are part of the same transaction: none can come between the look at them and the intent. */
async function writeIntent(
  world: Needs,
  seen: AccessRequest,
  address: ClusterAddress,
): Promise<AccessRequest> {
  try {
    return await changeRecord(world, seen.id, (before) => ({
      ...open(before, world.clock.now(), actor, address),
      unless: scopesOf(before),
    }));
  } catch (error) {
    if (error instanceof KillSwitchOn) return refuse(world, seen, 'denied', error.message);
    throw error;
  }
}

/** Nothing exists before its time, or before it is claimed; the record says what is waited for. */
async function noteScheduled(world: Needs, { id }: AccessRequest, reason: string): Promise<void> {
  await changeRecord(world, id, (before) =>
    before.status === 'approved'
      ? advance(before, 'scheduled', { at: world.clock.now(), actor, reason })
      : undefined,
  );
}

async function awaitClaim(world: Needs, seen: AccessRequest, person: string): Promise<never> {
  await noteScheduled(world, seen, `waits until ${person} claims it`);
  throw new ClaimAwaited(`Request ${seen.id} waits until ${person} claims it.`, {
    details: { requestId: seen.id },
  });
}

async function schedule(world: Needs, seen: AccessRequest, due: Instant): Promise<never> {
  await noteScheduled(world, seen, `starts at ${due}`);
  throw new NotDue(`Request ${seen.id} can be opened from ${due} on.`, { details: { requestId: seen.id } });
}

/** Everything that can refuse, before anything exists. Refusals are recorded as denied, with the reason. */
async function checked(world: Needs, request: AccessRequest): Promise<ClusterAddress> {
  try {
    const [, , , , account = '', path = ''] = knownSubject(request).principalArn.split(':');
    const principal = await world.identities.role(account, path.slice(path.lastIndexOf('/') + 1));
    const surveyed = await surveyAsked(world, request.asked);
    const resolved = resolve(world, request.asked, surveyed.role);
    const judged = resolved ? { ...request, resolved } : request;
    const circumstances = await readCircumstances(world, 'grant', judged, surveyed);
    const fault = approvalFault(world, request, { principal, resolved, circumstances });
    if (fault && 'anew' in fault) return await askOrRefuse(world, request, fault.anew);
    const refused = fault?.refused ?? (await extensionFault(world, request));
    if (refused !== undefined) return await refuse(world, request, 'denied', refused);
    await refuseIfBusy(world, entryKeyOf(request));
    return await world.entries.describeCluster(request.resolved.eksCluster);
  } catch (error) {
    if (error instanceof IdentityRefused || error instanceof ClusterNotReady) {
      return refuse(world, request, 'denied', error.message);
    }
    throw error;
  }
}

/** Less than this is no time to answer in. */
const shortestMs = 60_000;

/** Asked again where reviewers have the time to answer and nothing of it was promised for a certain time yet. */
async function askOrRefuse(world: Needs, seen: AccessRequest, anew: Anew): Promise<never> {
  const at = world.clock.now();
  const answerable = seen.status === 'approved' && after(at, shortestMs) < seen.reviewBy;
  if (!answerable || anew.decision.outcome !== 'review')
    return refuse(world, seen, 'denied', `${anew.reason}; ask again`);
  await changeRecord(world, seen.id, (before) => {
    if (before.version === seen.version) return askAgain(before, anew, at, actor);
    throw new RecordChanged(`Request ${seen.id} changed meanwhile: it is looked at anew.`);
  });
  throw asked(seen);
}

const asked = ({ id }: AccessRequest) =>
  new AskedAgain(`The reviewers of request ${id} are asked again.`, { details: { requestId: id } });

async function refuse(
  world: Needs,
  seen: AccessRequest,
  to: 'denied' | 'timed-out',
  reason: string,
): Promise<never> {
  await changeRecord(world, seen.id, (before) => {
    if (before.version === seen.version) return advance(before, to, { at: world.clock.now(), actor, reason });
    throw new RecordChanged(`Request ${seen.id} changed meanwhile: it is looked at anew.`);
  });
  world.metrics.count('GrantRefused', 1);
  throw new NotApproved(`Request ${seen.id} is not granted: ${reason}.`, { details: { requestId: seen.id } });
}

/** A try before this one wrote the intent: go on where it stopped, as long as BindRole still can. */
async function openAgain(world: Needs, request: AccessRequest): Promise<SignedPlan> {
  if (request.endRequested)
    throw new EndRequested(`An end of ${request.id} was requested.`, { details: { requestId: request.id } });
  if (!request.grant || world.clock.now() >= request.grant.createBefore) {
    throw new PlanRefused(`It is too late to open request ${request.id}: it could not be bound in time.`);
  }
  return carryOut(world, request, await world.entries.describeCluster(request.resolved.eksCluster));
}

async function carryOut(world: Needs, request: AccessRequest, cluster: ClusterAddress): Promise<SignedPlan> {
  const { grant } = request;
  if (!grant) throw new PlanRefused(`Request ${request.id} has no grant to carry out.`);
  await shipEvents(world, { requestId: request.id });
  try {
    await takeEntry(world, entryKeyOf(request), request);
  } catch (error) {
    const lasting = error instanceof ForeignAccessEntry || error instanceof IdentityRefused;
    if (lasting) await keepReason(world, request.id, error.message);
    throw error;
  }
  const { clusterRole, rulesDigest, task } = request.resolved;
  // Never the whole role instead of some of it.
  if ((request.asked.allow === undefined) !== (task === undefined))
    throw new PlanRefused(`Request ${request.id} has no rules of the task that it asks for.`);
  return world.signer.sign({
    v: 1,
    deployment: world.settings.deployment,
    requestId: request.id,
    cluster,
    bindings: grant.bindings.map(({ namespace, name }) => ({ namespace, name })),
    clusterRole,
    rulesDigest,
    ...(task ? { task: { rules: task.rules } } : {}),
    subject: knownSubject(request).kubernetes,
    expiresAt: grant.expiresAt,
    createBefore: grant.createBefore,
  });
}

/** Keeps the reason on the record for the one who asked; EndGrant does the rest. */
async function keepReason(world: Needs, requestId: string, reason: string): Promise<void> {
  await changeRecord(world, requestId, (before) =>
    requestEnd(before, { at: world.clock.now(), by: actor, reason }),
  );
}
