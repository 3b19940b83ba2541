/** Compares one page of a cluster's RoleBindings, or Roles made for grants, with the records, and takes away what nobody asked for or what was edited. */
import {
  type Finding,
  findings,
  judge,
  oughtToStand,
  patienceMs,
  placeOf,
  type Shown,
  type Standing,
  targetOf,
} from '#domain/findings.ts';
import { after } from '#domain/instant.ts';
import { amend } from '#domain/lifecycle.ts';
import { type LiveGrant, liveGrantOf } from '#domain/live-grant.ts';
import type { ClusterAddress, Survey, UnbindPlan } from '#domain/plan.ts';
import type { AccessRequest } from '#domain/request.ts';
import { atMost } from './at-most.ts';
import { changeRecord } from './change-record.ts';
import { actor, endFound } from './end-found.ts';
import { calls, type EndingNeeds, unbindTogether } from './end-together.ts';
import { attempted, type SweepReport } from './sweep-report.ts';

type Orphan = Extract<Finding, { kind: 'orphan' }>;

/** `live`: what may stand on the cluster, by the index; it lags, so each finding is held against the record itself. */
export async function sweepBindings(
  world: EndingNeeds,
  cluster: ClusterAddress,
  live: readonly LiveGrant[],
  shown: Shown,
  report: SweepReport,
): Promise<void> {
  const suspected = findings(live, shown, world.clock.now());
  if (suspected.length === 0) return;
  const found = await confirmed(world, cluster, shown.kind, suspected, report);
  await removeOrphans(
    world,
    cluster,
    found.filter((one) => one.kind === 'orphan'),
    report,
  );
  const others = found.filter((one) => one.kind !== 'orphan');
  for (const { kind, requestId, reason } of others)
    if (kind !== 'overdue') report.drift.push(`${requestId}: ${reason}`);
  await endFound(world, new Map(others.map(({ requestId, reason }) => [requestId, reason])), report);
}

/** What is still so by a consistent read of the record, and for what is missing by a look at its very place. */
async function confirmed(
  world: EndingNeeds,
  cluster: ClusterAddress,
  kind: Shown['kind'],
  suspected: readonly Finding[],
  report: SweepReport,
): Promise<Finding[]> {
  const found: Finding[] = [];
  const missing: { finding: Extract<Finding, { kind: 'missing' }>; live: LiveGrant }[] = [];
  const records = new Map<string, AccessRequest | undefined>();
  await atMost(20, [...new Set(suspected.map(({ requestId }) => requestId))], (id) =>
    attempted(report, `record ${id}`, async () => {
      records.set(id, id === '' ? undefined : await world.records.read(id));
    }),
  );
  const now = world.clock.now();
  for (const finding of suspected) {
    const { requestId } = finding;
    // Nothing is done about what could not be read.
    if (!records.has(requestId)) continue;
    const record = records.get(requestId);
    const live = record && liveGrantOf(record);
    if (finding.kind === 'orphan' || finding.kind === 'edited')
      found.push(...listed(judge(live, finding.standing, now)));
    else if (finding.kind === 'overdue')
      found.push(...(live && after(live.expiresAt, patienceMs) <= now ? [finding] : []));
    else if (live && !record?.endRequested && oughtToStand(live, now)) missing.push({ finding, live });
  }
  return [...found, ...(await lookedFor(world, cluster, kind, missing))];
}

/** What one page of a survey shows. */
export const standingOf = (kind: Shown['kind'], { grants, taskRoles = [] }: Survey): readonly Standing[] =>
  kind === 'Role' ? taskRoles : grants;

const listed = (finding: Finding | undefined): Finding[] => (finding ? [finding] : []);

async function lookedFor(
  world: EndingNeeds,
  cluster: ClusterAddress,
  kind: Shown['kind'],
  missing: readonly { finding: Extract<Finding, { kind: 'missing' }>; live: LiveGrant }[],
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (let i = 0; i < missing.length; i += 100) {
    const some = missing.slice(i, i + 100);
    const places = some.map(({ finding: { binding } }) => ({
      namespace: binding.namespace,
      name: binding.name,
    }));
    const { deployment } = world.settings;
    const looked = { v: 1 as const, deployment, cluster, places };
    const there = standingOf(
      kind,
      await world.clusterLeg.survey(kind === 'Role' ? { ...looked, taskRoles: true } : looked),
    );
    const standing = new Map(there.map((grant) => [placeOf(grant), grant]));
    found.push(
      ...some.flatMap(({ finding, live }) =>
        listed(missed(world, finding, live, standing.get(placeOf(finding.binding)))),
      ),
    );
  }
  return found;
}

function missed(
  world: EndingNeeds,
  finding: Extract<Finding, { kind: 'missing' }>,
  live: LiveGrant,
  standing: Standing | undefined,
): Finding | undefined {
  if (!standing) return finding;
  if (standing.requestId === live.requestId) return judge(live, standing, world.clock.now());
  return { ...finding, reason: `${placeOf(standing)} lost its labels, or was replaced, by hand` };
}

/** Deletes exactly the objects that were seen. Their request, if there is one, keeps what was found. */
async function removeOrphans(
  world: EndingNeeds,
  cluster: ClusterAddress,
  orphans: readonly Orphan[],
  report: SweepReport,
): Promise<void> {
  const now = world.clock.now();
  const plans = orphans.map(
    ({ requestId, standing }): UnbindPlan => ({
      v: 1,
      deployment: world.settings.deployment,
      requestId,
      cluster,
      ...targetOf(standing),
      notBefore: now,
      // It stands and has a UID: no creation is waited for.
      createBefore: after(now, -patienceMs),
    }),
  );
  const found = new Map(plans.map((plan, i) => [plan, orphans[i]]));
  for (const call of calls(plans)) {
    const outcomes = await unbindTogether(world, call);
    for (const [i, outcome] of outcomes.entries()) {
      const orphan = call[i] && found.get(call[i]);
      if (!orphan) continue;
      const place = placeOf(orphan.standing);
      if (outcome instanceof Error) report.failed.push({ what: place, error: outcome });
      else if (outcome.found || outcome.rolesFound) {
        report.orphans.push(place);
        await attempted(report, `record ${orphan.requestId}`, () => note(world, orphan));
      }
    }
  }
}

async function note(world: EndingNeeds, { requestId, standing, reason }: Orphan): Promise<void> {
  if (requestId === '' || !(await world.records.read(requestId))) return;
  const { namespace, name, uid } = standing;
  await changeRecord(world, requestId, (before) =>
    amend(before, {
      at: world.clock.now(),
      actor,
      reason: `${reason}: taken away`,
      type: 'swept',
      facts: { namespace, name, uid },
    }),
  );
}
