/** HoldGrant: one conditional write keeps the task token and makes the grant active, unless an end was requested first. */
import { EndRequested } from '#domain/errors.ts';
import { msBetween } from '#domain/instant.ts';
import { advance, amend } from '#domain/lifecycle.ts';
import type { AccessRequest, Binding } from '#domain/request.ts';
import type { World } from '#ports';
import { changeRecord } from './change-record.ts';

export interface HoldInput {
  requestId: string;
  taskToken: string;
  /** As BindRole read them back, with their UIDs. */
  bindings: Binding[];
}

const actor = 'curfew:HoldGrant';

/** Throws EndRequested when the grant has to be ended now. */
export async function holdGrant(
  world: Pick<World, 'clock' | 'records' | 'metrics'>,
  { requestId, taskToken, bindings }: HoldInput,
): Promise<AccessRequest> {
  const request = await changeRecord(world, requestId, (before) => {
    const { grant, waiting } = before;
    const at = world.clock.now();
    const over = !grant || before.endRequested || at >= grant.expiresAt;
    if (over || (before.status !== 'granting' && before.status !== 'active')) {
      throw new EndRequested(`Request ${requestId} has to be ended.`, {
        details: { requestId, status: before.status },
      });
    }
    if (waiting?.taskToken === taskToken) return undefined;
    const held = { state: 'HoldGrant' as const, taskToken, since: at };
    if (before.status === 'active') {
      return amend(before, {
        at,
        actor,
        reason: 'held anew',
        type: 'grant-bound',
        changes: { waiting: held },
      });
    }
    const bound = withUids(grant.bindings, bindings);
    const changes = { waiting: held, grant: { ...grant, bindings: bound, boundAt: at, activatedAt: at } };
    const facts = { bindings: bound, expiresAt: grant.expiresAt };
    return advance(before, 'active', { at, actor, reason: 'bound and held', facts, changes });
  });
  if (request.grant)
    world.metrics.milliseconds('OpenToBound', msBetween(request.grant.openedAt, world.clock.now()));
  return request;
}

/** What was planned is what has to be deleted, whatever a step says: only UIDs are learnt from it. */
function withUids(planned: Binding[], read: Binding[]): Binding[] {
  return planned.map((binding) => {
    const uid = read.find(
      ({ namespace, name }) => namespace === binding.namespace && name === binding.name,
    )?.uid;
    return uid === undefined ? binding : { ...binding, uid };
  });
}
