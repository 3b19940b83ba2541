/** EndGrant (AWS leg): turns whatever the request is into ending, and plans the delete where something may stand. */
import type { UnbindPlan } from '#domain/plan.ts';
import { end } from '#domain/transitions/end.ts';
import type { World } from '#ports';
import { changeRecord } from './change-record.ts';

export interface EndInput {
  requestId: string;
  /** Name of what led here: `States.Timeout` and `EndRequested` are the ordinary ways, anything else a fault. */
  cause?: string;
}

export type Ending = { standing: false } | { standing: true; plan: UnbindPlan };

/** Idempotent. Throws Unavailable while the cluster's address can't be read. */
export async function endGrant(
  world: Pick<World, 'clock' | 'settings' | 'records' | 'entries'>,
  { requestId, cause }: EndInput,
): Promise<Ending> {
  const request = await changeRecord(world, requestId, (before) => end(before, world.clock.now(), cause));
  const { grant, ending } = request;
  if (request.status !== 'revoking' || !grant || !ending) return { standing: false };
  const cluster = await world.entries.findCluster(request.resolved.eksCluster);
  return {
    standing: true,
    plan: {
      v: 1,
      deployment: world.settings.deployment,
      requestId,
      cluster,
      bindings: grant.bindings,
      notBefore: ending.notBefore,
      createBefore: grant.createBefore,
    },
  };
}
