/** Reads a request, decides, and commits; decides anew when somebody else was faster. */
import { RecordChanged, RequestNotFound } from '#domain/errors.ts';
import type { Advanced } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Change, World } from '#ports';

export type Planned = Advanced & Pick<Change, 'newLinks' | 'usedLink' | 'unless'>;

/** More conflicts in a row than people and functions that touch one request at once. */
const attempts = 10;

export async function readRequest(world: Pick<World, 'records'>, id: string): Promise<AccessRequest> {
  const request = await world.records.read(id);
  if (!request) throw new RequestNotFound(`There is no request ${id}.`, { details: { requestId: id } });
  return request;
}

/** `plan` is pure and may be called again; undefined leaves the record as it is. Returns the record as it stands then. */
export async function changeRecord(
  world: Pick<World, 'records'>,
  id: string,
  plan: (before: AccessRequest) => Planned | undefined,
): Promise<AccessRequest> {
  for (let attempt = 1; ; attempt++) {
    const before = await readRequest(world, id);
    const planned = plan(before);
    if (!planned) return before;
    const { request, event, ...rest } = planned;
    try {
      await world.records.commit({ request, expectedVersion: before.version, events: [event], ...rest });
      return request;
    } catch (error) {
      if (!(error instanceof RecordChanged) || attempt >= attempts) throw error;
    }
  }
}
