/** Ends grants of roles that aren't ours where these allow more by now than was approved: nobody keeps them as they are. */
import { inTurn } from '#domain/cluster-sweep.ts';
import { allowsNoMore } from '#domain/foreign-role.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { isOwnRole } from '#domain/role-definition.ts';
import { atMost } from './at-most.ts';
import { endFound } from './end-found.ts';
import type { EndingNeeds } from './end-together.ts';
import { surveyRoles } from './survey-asked.ts';
import { attempted, type SweepReport } from './sweep-report.ts';

/** So many in one look at a cluster. */
const looks = 20;

export async function sweepForeign(
  world: EndingNeeds,
  cluster: ClusterAddress,
  live: readonly LiveGrant[],
  turn: number,
  report: SweepReport,
): Promise<void> {
  const foreign = live.filter(({ clusterRole }) => !isOwnRole(clusterRole));
  const names = inTurn([...new Set(foreign.map(({ clusterRole }) => clusterRole))].sort(), looks, turn);
  if (names.length === 0) return;
  const surveyed = await surveyRoles(world, cluster, names);
  const reasons = new Map<string, string>();
  const looked = foreign.filter(({ clusterRole }) => names.includes(clusterRole));
  await atMost(20, looked, ({ requestId, clusterRole }) =>
    attempted(report, `record ${requestId}`, async () => {
      const request = await world.records.read(requestId);
      if (!request || allowsNoMore(surveyed(clusterRole), request.resolved.rules)) return;
      reasons.set(requestId, `ClusterRole ${clusterRole} allows something else by now than was approved`);
    }),
  );
  report.drift.push(...[...reasons].map(([requestId, reason]) => `${requestId}: ${reason}`));
  await endFound(world, reasons, report);
}
