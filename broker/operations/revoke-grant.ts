/** Ends a grant before its time, for whoever it concerns. */
import { NotAllowed } from '#domain/errors.ts';
import { type Caller, callerKey } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';
import { requestEnd } from '#domain/transitions/request-end.ts';
import type { World } from '#ports';
import { endEarly } from './end-early.ts';
import { isConcerned } from './read-access.ts';

type Needs = Pick<World, 'clock' | 'catalog' | 'records' | 'executions'>;

export async function revokeGrant(
  world: Needs,
  { caller, id, reason }: { caller: Caller; id: string; reason: string },
): Promise<AccessRequest> {
  const wish = { by: callerKey(caller), reason };
  return endEarly(world, id, wish, (before) => {
    if (!isConcerned(world.catalog, caller, before)) {
      throw new NotAllowed('Only the one who asked, a reviewer of the request, or an operator can end it.');
    }
    return requestEnd(before, { at: world.clock.now(), ...wish });
  });
}
