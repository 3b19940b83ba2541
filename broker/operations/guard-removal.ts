/** GuardRemoval: refuses that the deployment is taken down while something it granted may stand. */
import { StillStanding } from '#domain/errors.ts';
import { mayStand } from '#domain/lifecycle.ts';
import type { AccessRequest, Status } from '#domain/request.ts';
import type { World } from '#ports';

/** Approved ones are on their way: by the time the functions are gone, they might stand. */
const onTheWay: readonly Status[] = ['approved', 'scheduled'];
const mostNamed = 5;

/** Throws StillStanding, naming what has to be ended first. */
export async function guardRemoval(world: Pick<World, 'records'>): Promise<void> {
  const live: AccessRequest[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.records.listOpen({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    live.push(...page.items.filter(({ status }) => mayStand(status) || onTheWay.includes(status)));
    cursor = page.cursor;
  } while (cursor !== undefined);
  if (live.length === 0) return;
  const named = live.slice(0, mostNamed).map(({ id, status }) => `${id} (${status})`);
  const more = live.length > mostNamed ? ` and ${live.length - mostNamed} more` : '';
  throw new StillStanding(
    `Access that nothing would revoke any more: ${named.join(', ')}${more}. ` +
      'End it with `curfew revoke <id>`, or wait until it is over; then delete the stack again.',
    { details: { requestIds: live.map(({ id }) => id) } },
  );
}
