/** Lists one's own requests, everything open that concerns one, or what waits for one's answer. */
import { type Caller, callerKey } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Page, World } from '#ports';
import { isConcerned } from './read-access.ts';
import { isRequester } from './same-requester.ts';
import { waitsFor } from './waits-for.ts';

export interface ListInput {
  caller: Caller;
  /**
   * `mine`: all I asked for, newest first. `open`: not over yet, mine, for me to review, or all for operators. `waiting`: what I
   * can answer now, by review or after-review.
   */
  scope: 'mine' | 'open' | 'waiting';
  limit: number;
  cursor?: string;
}

export async function listRequests(
  world: Pick<World, 'clock' | 'catalog' | 'records'>,
  { caller, scope, limit, cursor }: ListInput,
): Promise<Page<AccessRequest>> {
  const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
  if (scope === 'mine') {
    const mine = await world.records.listByRequester(callerKey(caller), page);
    return { ...mine, items: mine.items.filter((request) => isRequester(caller, request)) };
  }
  const open = await world.records.listOpen(page);
  const now = world.clock.now();
  const concerns = (request: AccessRequest) =>
    scope === 'waiting'
      ? waitsFor(world.catalog, caller, request, now)
      : isConcerned(world.catalog, caller, request);
  return { ...open, items: open.items.filter(concerns) };
}
