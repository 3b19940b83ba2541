/** Ends a grant before its time, with what was asked for to go on with it: the wish goes on record first, then executions are woken. */
import { advance } from '#domain/lifecycle.ts';
import type { AccessRequest, EndRequest } from '#domain/request.ts';
import { requestEnd } from '#domain/transitions/request-end.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { changeRecord, type Planned } from './change-record.ts';
import { successorsOf } from './extend-grant.ts';
import { bestEffort } from './signal.ts';

type Needs = Pick<World, 'clock' | 'records' | 'executions'>;
type Wish = Omit<EndRequest, 'at'>;

/** `plan` writes the wish, for `wish.by`; what it leaves as it is stays so. */
export async function endEarly(
  world: Needs,
  id: string,
  wish: Wish,
  plan: (before: AccessRequest) => Planned | undefined,
): Promise<AccessRequest> {
  const request = await changeRecord(world, id, plan);
  await wake(world, request);
  if (request.endRequested) await endSuccessors(world, request, wish);
  return request;
}

/** Who ends a grant ends what was asked for to go on with it: a successor may be open already, shortly before the end. */
async function endSuccessors(world: Needs, request: AccessRequest, { by, reason }: Wish): Promise<void> {
  for (const { id } of await successorsOf(world, request)) {
    const ended = await changeRecord(world, id, (before) =>
      before.status === 'pending'
        ? advance(before, 'denied', { at: world.clock.now(), actor: by, reason })
        : requestEnd(before, { at: world.clock.now(), by, reason }),
    );
    await wake(world, ended);
  }
}

/** The execution that asks or holds, if it waits already; else it sees the record first. */
async function wake(world: Needs, request: AccessRequest): Promise<void> {
  const { waiting, endRequested, status } = request;
  if (status === 'denied') await signalAnswer(world, request);
  else if (endRequested && status === 'active' && waiting?.state === 'HoldGrant')
    await bestEffort(() => world.executions.succeed(waiting.taskToken));
}
