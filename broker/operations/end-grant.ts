/** EndGrant (AWS leg): turns whatever the request is into ending, and plans the delete where something may stand. */
import { Unavailable } from '#domain/errors.ts';
import type { UnbindPlan } from '#domain/plan.ts';
import type { AccessRequest, Grant } from '#domain/request.ts';
import { end } from '#domain/transitions/end.ts';
import type { World } from '#ports';
import { changeRecord } from './change-record.ts';

/** How long EKS is asked where there is another way: less than the hold fires before its instant. */
const patience = { ms: 2_000 };

export interface EndInput {
  requestId: string;
  /** Name of what led here: `States.Timeout` and `EndRequested` are the ordinary ways, anything else a fault. */
  cause?: string;
}

export type Ending = { standing: false } | { standing: true; plan: UnbindPlan };

/** Idempotent. Throws Unavailable while no address of the cluster is known. */
export async function endGrant(
  world: Pick<World, 'clock' | 'settings' | 'records' | 'entries'>,
  { requestId, cause }: EndInput,
): Promise<Ending> {
  const request = await changeRecord(world, requestId, (before) => end(before, world.clock.now(), cause));
  const { grant, ending } = request;
  if (request.status !== 'revoking' || !grant || !ending) return { standing: false };
  const cluster = await addressOf(world, request, grant);
  return {
    standing: true,
    plan: {
      v: 1,
      deployment: world.settings.deployment,
      requestId,
      cluster,
      bindings: grant.bindings,
      ...(request.resolved.task ? { task: true } : {}),
      notBefore: ending.notBefore,
      createBefore: grant.createBefore,
    },
  };
}

/** EKS is asked first, since addresses change; where it doesn't answer, the one that the grant was opened with still ends it on time. */
async function addressOf(
  { entries }: Pick<World, 'entries'>,
  { resolved }: AccessRequest,
  { address }: Grant,
): Promise<UnbindPlan['cluster']> {
  if (!address) return entries.findCluster(resolved.eksCluster);
  try {
    return await entries.findCluster(resolved.eksCluster, patience);
  } catch (error) {
    // The certificate authority proves that it is the same cluster, or there is no connection.
    if (error instanceof Unavailable) return address;
    throw error;
  }
}
