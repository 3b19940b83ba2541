/**
 * SweepCluster (AWS leg): compares what stands on one cluster with the records, by label and not by record, and repairs
 * towards less access. Its cost is in pages; what is left when time runs out is handed on.
 */

import { catalogClusters } from '#domain/catalog.ts';
import { type ClusterSweep, staleMs, turnOf } from '#domain/cluster-sweep.ts';
import { clusterName } from '#domain/eks-cluster.ts';
import { oughtToStand, placeOf, type Shown } from '#domain/findings.ts';
import { after, type Instant } from '#domain/instant.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import type { World } from '#ports';
import { endCrowd } from './end-crowd.ts';
import { listAllLive } from './list-live.ts';
import { standingOf, sweepBindings } from './sweep-bindings.ts';
import { sweepEntries } from './sweep-entries.ts';
import { sweepForeign } from './sweep-foreign.ts';
import { sweepPrincipals } from './sweep-principals.ts';
import { attempted, emptyReport, type SweepReport } from './sweep-report.ts';

export type SweepNeeds = Pick<
  World,
  | 'clock'
  | 'catalog'
  | 'settings'
  | 'records'
  | 'clusters'
  | 'ledger'
  | 'entries'
  | 'clusterLeg'
  | 'background'
  | 'identities'
  | 'metrics'
>;

/** No page is begun after this long, well before the function's own end: one page can take a minute to repair. */
const workMs = 120_000;

/** Idempotent. What failed is in the report, and is looked at anew by the next sweep. */
export async function sweepCluster(world: SweepNeeds, sweep: ClusterSweep): Promise<SweepReport> {
  const report = emptyReport();
  const begun = world.clock.now();
  if (after(sweep.at, staleMs) <= begun) return report;
  const { ending, cluster } = sweep;
  if (ending) await attempted(report, 'crowd', () => endCrowd(world, sweep, ending, report));
  else await attempted(report, clusterName(cluster), () => lookAtAll(world, sweep, begun, report));
  tell(world, report);
  return report;
}

function tell({ metrics }: Pick<World, 'metrics'>, { orphans, drift }: SweepReport): void {
  metrics.count('ClusterSwept', 1);
  if (orphans.length > 0) metrics.count('OrphanRemoved', orphans.length);
  if (drift.length > 0) metrics.count('DriftFound', drift.length);
}

async function lookAtAll(
  world: SweepNeeds,
  sweep: ClusterSweep,
  begun: Instant,
  report: SweepReport,
): Promise<void> {
  const { cluster, from } = sweep;
  const live = await listAllLive(world, cluster);
  const address = await world.entries.findCluster(cluster);
  if (address !== 'gone') {
    const deadline = after(begun, workMs);
    const pages = { world, sweep, address, live, deadline, report };
    if (!from || from.part === 'bindings')
      await attempted(report, 'RoleBindings', () => allOf('RoleBinding', pages));
    // After what binds them.
    if (!report.handedOn && from?.part !== 'entries')
      await attempted(report, 'Roles', () => allOf('Role', pages));
    if (!from)
      await attempted(report, 'roles that are not ours', () =>
        sweepForeign(world, address, live, turnOf(begun), report),
      );
    if (!from)
      await attempted(report, 'IAM roles', () => sweepPrincipals(world, live, turnOf(begun), report));
    if (!report.handedOn)
      await attempted(report, 'access entries', () => allEntries(world, sweep, live, deadline, report));
  }
  const { handedOn, failed, orphans } = report;
  if (!handedOn && failed.length + orphans.length + live.length === 0) await forgetUnlessListed(world, sweep);
}

async function handOn(
  world: SweepNeeds,
  { cluster }: ClusterSweep,
  from: NonNullable<ClusterSweep['from']>,
  report: SweepReport,
): Promise<void> {
  report.handedOn = from.part;
  await world.background.sweepCluster({ v: 1, cluster, at: world.clock.now(), from });
}

interface Pages {
  world: SweepNeeds;
  sweep: ClusterSweep;
  address: ClusterAddress;
  live: readonly LiveGrant[];
  deadline: Instant;
  report: SweepReport;
}

/** The last place of a page is where the next begins: what ought to stand between them and doesn't is missing. */
async function allOf(
  kind: Shown['kind'],
  { world, sweep, address: cluster, live, deadline, report }: Pages,
): Promise<void> {
  const part = kind === 'Role' ? 'roles' : 'bindings';
  let { cursor, after: behind = '' } = sweep.from?.part === part ? sweep.from : {};
  const { deployment } = world.settings;
  do {
    if (world.clock.now() >= deadline && cursor !== undefined)
      return handOn(world, sweep, { part, cursor, after: behind }, report);
    const page = await world.clusterLeg.survey({
      v: 1,
      deployment,
      cluster,
      ...(kind === 'Role' ? { taskRoles: true } : {}),
      ...(cursor === undefined ? {} : { cursor }),
    });
    report.pages += 1;
    cursor = page.cursor;
    const standing = standingOf(kind, page);
    const last = standing.at(-1);
    const upTo = cursor === undefined ? undefined : last ? placeOf(last) : behind;
    const shown = { kind, standing, after: behind, ...(upTo === undefined ? {} : { upTo }) };
    await attempted(report, `${kind}s after "${behind}"`, () =>
      sweepBindings(world, cluster, live, shown, report),
    );
    behind = upTo ?? behind;
  } while (cursor !== undefined);
}

async function allEntries(
  world: SweepNeeds,
  sweep: ClusterSweep,
  live: readonly LiveGrant[],
  deadline: Instant,
  report: SweepReport,
): Promise<void> {
  const { cluster } = sweep;
  const isResumed = sweep.from?.part === 'entries';
  let cursor = isResumed ? sweep.from?.cursor : undefined;
  const listed = new Set<string>();
  do {
    if (world.clock.now() >= deadline && cursor !== undefined)
      return handOn(world, sweep, { part: 'entries', cursor }, report);
    const page = await world.entries.list(cluster, {
      limit: 100,
      ...(cursor === undefined ? {} : { cursor }),
    });
    report.pages += 1;
    cursor = page.cursor;
    for (const principalArn of page.items) listed.add(principalArn);
    const keys = page.items.map((principalArn) => ({ ...cluster, principalArn }));
    const turn = turnOf(world.clock.now());
    await attempted(report, 'access entries', () => sweepEntries(world, keys, live, turn, report));
  } while (cursor !== undefined);
  if (!isResumed) await tellLost(world, live, listed, report);
}

/** An entry that was deleted by hand takes access away: it is told, and not made anew. */
async function tellLost(
  world: SweepNeeds,
  live: readonly LiveGrant[],
  listed: ReadonlySet<string>,
  report: SweepReport,
): Promise<void> {
  const now = world.clock.now();
  const ended = new Set(report.ended);
  const lost = live.filter(
    (grant) =>
      oughtToStand(grant, now) && !ended.has(grant.requestId) && !listed.has(grant.subject.principalArn),
  );
  for (const [principalArn, grants] of Map.groupBy(lost, ({ subject }) => subject.principalArn)) {
    const [first] = grants;
    if (!first || (await world.entries.describe({ ...first.eksCluster, principalArn }))) continue;
    report.drift.push(`the access entry of ${principalArn} is gone while ${grants.length} grants need it`);
  }
}

/** A cluster that left the catalog is looked after until nothing of ours is left on it. */
async function forgetUnlessListed(world: SweepNeeds, { cluster }: ClusterSweep): Promise<void> {
  const { catalog, settings } = world;
  const listed = catalogClusters(catalog, settings.region).map(clusterName);
  if (!listed.includes(clusterName(cluster))) await world.clusters.forget(cluster);
}
