/** Ends many grants of one cluster that end within seconds of each other: few functions, each delete at its instant. */
import type { ClusterSweep } from '#domain/cluster-sweep.ts';
import { after, msBetween } from '#domain/instant.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import type { UnbindPlan } from '#domain/plan.ts';
import { end } from '#domain/transitions/end.ts';
import { changeRecord } from './change-record.ts';
import { calls, closeTogether, type EndingNeeds, isEarly, unbindTogether } from './end-together.ts';
import { listAllLive } from './list-live.ts';
import { attempted, type SweepReport } from './sweep-report.ts';

/** UnbindRole is called so long before the first end: early enough for a cold start, within what it waits for. */
const leadMs = 20_000;

/** Whoever else ends one of them meanwhile does no harm, and needs no time: it is gone. Nothing goes before its instant. */
export async function endCrowd(
  world: EndingNeeds,
  { cluster }: Pick<ClusterSweep, 'cluster'>,
  ending: NonNullable<ClusterSweep['ending']>,
  report: SweepReport,
): Promise<void> {
  // Too late to be of use: SweepGrants and the executions go on by themselves.
  if (world.clock.now() >= ending.before) return;
  await world.clock.sleep(Math.max(0, msBetween(world.clock.now(), after(ending.from, -leadMs))));
  const live = (await listAllLive(world, cluster)).filter(
    ({ status, expiresAt }) => status === 'active' && expiresAt >= ending.from && expiresAt < ending.before,
  );
  const address = await world.entries.findCluster(cluster);
  const plans = live.map(
    ({ requestId, bindings, task, expiresAt, createBefore }: LiveGrant): UnbindPlan => ({
      v: 1,
      deployment: world.settings.deployment,
      requestId,
      cluster: address,
      bindings,
      ...(task === undefined ? {} : { task: true }),
      notBefore: expiresAt,
      createBefore,
    }),
  );
  await Promise.all(calls(plans).map((call) => endCall(world, call, report)));
}

async function endCall(world: EndingNeeds, plans: readonly UnbindPlan[], report: SweepReport): Promise<void> {
  const outcomes = await unbindTogether(world, plans);
  const ids = plans.map(({ requestId }) => requestId);
  await Promise.all(
    ids.map((id, i) =>
      attempted(report, id, async () => {
        if (!(outcomes[i] instanceof Error))
          await changeRecord(world, id, (before) => end(before, world.clock.now(), 'States.Timeout'));
      }),
    ),
  );
  for (const { requestId, error } of await closeTogether(world, plans, outcomes)) {
    if (error === undefined) report.ended.push(requestId);
    else if (!isEarly(error)) report.failed.push({ what: requestId, error });
  }
}
