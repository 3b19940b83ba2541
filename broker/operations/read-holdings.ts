/** What else the one who asks has, or is about to have: what a reviewer weighs besides the request itself. */
import { isFinal } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { World } from '#ports';

/** More than anybody has at a time. */
const newest = 100;

/** Newest first: what is granted, approved or asked for and not over. */
export async function readHoldings(
  world: Pick<World, 'records'>,
  { id, requester }: Pick<AccessRequest, 'id' | 'requester'>,
): Promise<AccessRequest[]> {
  const { items } = await world.records.listByRequester(requester.key, { limit: newest });
  return items.filter((other) => other.id !== id && !isFinal(other.status));
}
