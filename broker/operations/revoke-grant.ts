/** Ends a grant before its time: whoever asks first writes it on the record, then wakes the execution. */
import { NotAllowed } from '#domain/errors.ts';
import { type Caller, callerKey } from '#domain/identity.ts';
import { advance } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { requestEnd } from '#domain/transitions/request-end.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { changeRecord } from './change-record.ts';
import { successorsOf } from './extend-grant.ts';
import { isConcerned } from './read-access.ts';
import { bestEffort } from './signal.ts';

type Needs = Pick<World, 'clock' | 'catalog' | 'records' | 'executions'>;

export async function revokeGrant(
  world: Needs,
  { caller, id, reason }: { caller: Caller; id: string; reason: string },
): Promise<AccessRequest> {
  const actor = callerKey(caller);
  const request = await changeRecord(world, id, (before) => {
    if (!isConcerned(world.catalog, caller, before)) {
      throw new NotAllowed('Only the one who asked, a reviewer of the request, or an operator can end it.');
    }
    return requestEnd(before, { at: world.clock.now(), by: actor, reason });
  });
  if (request.status === 'denied') await signalAnswer(world, request);
  else await signalEnd(world, request);
  if (request.endRequested) await endSuccessors(world, request, { by: actor, reason });
  return request;
}

/** Who ends a grant ends what was asked for to go on with it: a successor may be open already, shortly before the end. */
async function endSuccessors(
  world: Needs,
  request: AccessRequest,
  { by, reason }: { by: string; reason: string },
): Promise<void> {
  for (const { id } of await successorsOf(world, request)) {
    const ended = await changeRecord(world, id, (before) =>
      before.status === 'pending'
        ? advance(before, 'denied', { at: world.clock.now(), actor: by, reason })
        : requestEnd(before, { at: world.clock.now(), by, reason }),
    );
    if (ended.status === 'denied') await signalAnswer(world, ended);
    else await signalEnd(world, ended);
  }
}

/** Wakes the execution that holds the grant, if an end was requested and it waits already; else it sees the record first. */
export async function signalEnd(
  { executions }: Pick<World, 'executions'>,
  request: AccessRequest,
): Promise<void> {
  const { waiting, endRequested, status } = request;
  if (!endRequested || status !== 'active' || waiting?.state !== 'HoldGrant') return;
  await bestEffort(() => executions.succeed(waiting.taskToken));
}
