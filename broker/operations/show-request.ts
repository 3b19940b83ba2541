/** One request with its timeline, for those it concerns; for those who answer it with what else its requester has. */
import type { AuditEvent } from '#domain/audit-event.ts';
import { RequestNotFound } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';
import { endOf } from '#domain/transitions/note-usage.ts';
import { summaryOf, type UsageSummary } from '#domain/usage/summary.ts';
import type { World } from '#ports';
import { readRequest } from './change-record.ts';
import { isConcerned } from './read-access.ts';
import { readHoldings } from './read-holdings.ts';
import { isRequester } from './same-requester.ts';

/** Whom it doesn't concern gets the same RequestNotFound as for one that doesn't exist. */
export async function showRequest(
  world: Pick<World, 'catalog' | 'records' | 'usage'>,
  { caller, id }: { caller: Caller; id: string },
): Promise<{ request: AccessRequest; events: AuditEvent[]; holds?: AccessRequest[]; usage?: UsageSummary }> {
  const request = await readRequest(world, id);
  if (!isConcerned(world.catalog, caller, request)) {
    throw new RequestNotFound(`There is no request ${id}.`, { details: { requestId: id } });
  }
  const events = await world.records.events(id);
  const { grant } = request;
  if (grant) {
    const { usage } = await world.usage.read(id);
    const endedAt = endOf(request, usage);
    const granted = { bindings: grant.bindings, ...(endedAt === undefined ? {} : { endedAt }) };
    return { request, events, usage: summaryOf(usage, granted) };
  }
  if (request.status !== 'pending' || isRequester(caller, request)) return { request, events };
  return { request, events, holds: await readHoldings(world, request) };
}
