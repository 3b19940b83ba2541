/** Ends grants because of what the sweep found: the reason goes on record first, then they end at once. */
import { mayStand } from '#domain/lifecycle.ts';
import { requestEnd } from '#domain/transitions/request-end.ts';
import { atMost } from './at-most.ts';
import { changeRecord } from './change-record.ts';
import { type EndingNeeds, endTogether, isEarly } from './end-together.ts';
import { attempted, type SweepReport } from './sweep-report.ts';

export const actor = 'curfew:SweepCluster';

/** Why each is ended, by request id. */
export type Reasons = ReadonlyMap<string, string>;

/** What is not live any more is left as it is. */
export async function endFound(world: EndingNeeds, reasons: Reasons, report: SweepReport): Promise<void> {
  const ids: string[] = [];
  await atMost(20, [...reasons], ([id, reason]) =>
    attempted(report, id, async () => {
      const request = await changeRecord(world, id, (before) =>
        mayStand(before.status)
          ? requestEnd(before, { at: world.clock.now(), by: actor, reason })
          : undefined,
      );
      if (mayStand(request.status)) ids.push(id);
    }),
  );
  for (const { requestId, error } of await endTogether(world, ids, 'EndRequested')) {
    if (error === undefined) report.ended.push(requestId);
    else if (!isEarly(error)) report.failed.push({ what: requestId, error });
  }
}
