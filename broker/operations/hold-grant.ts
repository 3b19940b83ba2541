/** HoldGrant: one conditional write keeps the task token and makes the grant active, unless an end was requested first. */
import { msBetween } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { type Held, hold } from '#domain/transitions/hold.ts';
import type { World } from '#ports';
import { changeRecord } from './change-record.ts';

/** Throws EndRequested when the grant has to be ended now. */
export async function holdGrant(
  world: Pick<World, 'clock' | 'records' | 'metrics'>,
  { requestId, ...held }: Held & { requestId: string },
): Promise<AccessRequest> {
  const request = await changeRecord(world, requestId, (before) => hold(before, held, world.clock.now()));
  if (request.grant)
    world.metrics.milliseconds('OpenToBound', msBetween(request.grant.openedAt, world.clock.now()));
  return request;
}
