/** Lists one's own requests, or everything open that concerns one. */
import { type Caller, callerKey } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Page, World } from '#ports';
import { isConcerned } from './read-access.ts';
import { isRequester } from './same-requester.ts';

export interface ListInput {
  caller: Caller;
  /** `mine`: all I asked for, newest first. `open`: not over yet, mine, for me to review, or all for operators. */
  scope: 'mine' | 'open';
  limit: number;
  cursor?: string;
}

export async function listRequests(
  world: Pick<World, 'catalog' | 'records'>,
  { caller, scope, limit, cursor }: ListInput,
): Promise<Page<AccessRequest>> {
  const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
  if (scope === 'mine') {
    const mine = await world.records.listByRequester(callerKey(caller), page);
    return { ...mine, items: mine.items.filter((request) => isRequester(caller, request)) };
  }
  const open = await world.records.listOpen(page);
  return { ...open, items: open.items.filter((request) => isConcerned(world.catalog, caller, request)) };
}
