/** Ends the grants of IAM roles that were deleted, or made anew under their old name: EKS lets nobody in by them any more. */
import { inTurn } from '#domain/cluster-sweep.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import type { World } from '#ports';
import { atMost } from './at-most.ts';
import { endFound } from './end-found.ts';
import { attempted, type SweepReport } from './sweep-report.ts';

type Needs = Pick<
  World,
  'clock' | 'settings' | 'records' | 'ledger' | 'entries' | 'clusterLeg' | 'identities' | 'metrics'
>;

/** IAM is asked about so many roles in one sweep of one cluster, a few at a time: its rate is the whole account's. */
const looks = 25;
const lanes = 2;

export async function sweepPrincipals(
  world: Needs,
  live: readonly LiveGrant[],
  turn: number,
  report: SweepReport,
): Promise<void> {
  const byArn = Map.groupBy(live, ({ subject }) => subject.principalArn);
  const arns = [...byArn.keys()].sort();
  const reasons = new Map<string, string>();
  await atMost(lanes, inTurn(arns, looks, turn), (arn) =>
    attempted(report, `IAM role ${arn}`, async () => {
      const [, , , , account = '', path = ''] = arn.split(':');
      const found = await world.identities.find(account, path.slice(path.lastIndexOf('/') + 1));
      const gone = found === 'gone' || found.arn !== arn;
      for (const { requestId, subject } of byArn.get(arn) ?? []) {
        if (gone) reasons.set(requestId, `the IAM role ${arn} was deleted`);
        else if (found.roleId !== subject.roleId) reasons.set(requestId, `the IAM role ${arn} was made anew`);
      }
    }),
  );
  report.drift.push(...new Set(reasons.values()));
  await endFound(world, reasons, report);
}
