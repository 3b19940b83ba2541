/** EndGrant (AWS leg): turns whatever the request is into ending, and plans the delete where something may stand. */
import { earliest, type Instant } from '#domain/instant.ts';
import { type Advanced, advance, isFinal } from '#domain/lifecycle.ts';
import type { UnbindPlan } from '#domain/plan.ts';
import type { AccessRequest, Grant } from '#domain/request.ts';
import type { World } from '#ports';
import { changeRecord } from './change-record.ts';

export interface EndInput {
  requestId: string;
  /** Name of what led here: `States.Timeout` and `EndRequested` are the ordinary ways, anything else a fault. */
  cause?: string;
}

export type Ending = { standing: false } | { standing: true; plan: UnbindPlan };

const actor = 'curfew:EndGrant';

/** The hold's time-out fires this long before expiresAt at most; earlier it is not expiry. */
const leadMs = 30_000;

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

function end(before: AccessRequest, at: Instant, cause: string | undefined): Advanced | undefined {
  if (isFinal(before.status) || before.status === 'revoking') return undefined;
  const fault = `the workflow could not go on (${cause ?? 'unknown fault'}); ask again`;
  if (before.status === 'pending') return advance(before, 'timed-out', { at, actor, reason: fault });
  if (!before.grant) return advance(before, 'denied', { at, actor, reason: fault });
  const { reason, notBefore, by } = endingOf(before, before.grant, at, cause);
  const ending = { since: at, notBefore, reason };
  return advance(before, 'revoking', { at, actor: by, reason, facts: { notBefore }, changes: { ending } });
}

function endingOf(
  before: AccessRequest,
  grant: Grant,
  at: Instant,
  cause: string | undefined,
): { reason: string; notBefore: Instant; by: string } {
  const { endRequested } = before;
  if (endRequested)
    return { reason: endRequested.reason, notBefore: earliest(at, grant.expiresAt), by: endRequested.by };
  const nearExpiry = Date.parse(grant.expiresAt) - Date.parse(at) <= leadMs;
  if (before.status === 'active' && nearExpiry)
    return { reason: 'its time is up', notBefore: grant.expiresAt, by: actor };
  const reason = `ended early by a fault (${cause ?? 'unknown'})`;
  return { reason, notBefore: earliest(at, grant.expiresAt), by: actor };
}
