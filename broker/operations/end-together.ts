/** Ends several grants without the state machine: the same steps, one call of UnbindRole for those of one cluster. */
import { clusterName } from '#domain/eks-cluster.ts';
import { EntryBusy, FenceOpen, Unavailable } from '#domain/errors.ts';
import type { UnbindPlan } from '#domain/plan.ts';
import type { UnbindOutcome, World } from '#ports';
import { atMost } from './at-most.ts';
import { closeGrant } from './close-grant.ts';
import { endGrant } from './end-grant.ts';
import { rememberingAddresses } from './remember-addresses.ts';

/** What it takes to end grants without the state machine. */
export type EndingNeeds = Pick<
  World,
  'clock' | 'settings' | 'records' | 'ledger' | 'entries' | 'clusterLeg' | 'metrics'
>;

export interface EndedTogether {
  requestId: string;
  /** Absent: nothing of it stands. */
  error?: unknown;
}

/** Somebody else is at it, or it has to wait: no failure, whoever comes next finishes it. */
export const isEarly = (error: unknown): boolean => error instanceof EntryBusy || error instanceof FenceOpen;

/** Plans in one call of UnbindRole. */
const plansPerCall = 200;
/** Records and entries are changed by so many at a time. */
const lanes = 20;

/** Idempotent. An outcome for each, in order; the fault of one is not another's. */
export async function endTogether(
  world: EndingNeeds,
  requestIds: readonly string[],
  cause: string,
): Promise<EndedTogether[]> {
  const errors = new Map<string, unknown>();
  const plans: UnbindPlan[] = [];
  const asking = { ...world, entries: rememberingAddresses(world.entries) };
  await atMost(lanes, requestIds, async (requestId) => {
    try {
      const ending = await endGrant(asking, { requestId, cause });
      // Who came before may have deleted it already: nothing found would prove nothing.
      if (ending.standing) plans.push({ ...ending.plan, retried: true });
    } catch (error) {
      errors.set(requestId, error);
    }
  });
  await Promise.all(
    calls(plans).map(async (call) => {
      const outcomes = await unbindTogether(world, call);
      for (const { requestId, error } of await closeTogether(world, call, outcomes))
        if (error !== undefined) errors.set(requestId, error);
    }),
  );
  return requestIds.map((requestId) =>
    errors.has(requestId) ? { requestId, error: errors.get(requestId) } : { requestId },
  );
}

/** Closes what was proven gone. */
export async function closeTogether(
  world: Omit<EndingNeeds, 'clusterLeg'>,
  plans: readonly Pick<UnbindPlan, 'requestId'>[],
  outcomes: readonly UnbindOutcome[],
): Promise<EndedTogether[]> {
  const closed: EndedTogether[] = [];
  const paired = plans.map(({ requestId }, i) => ({
    requestId,
    unbound: outcomes[i] ?? new Unavailable(`UnbindRole did not answer for request ${requestId}.`),
  }));
  await atMost(lanes, paired, async ({ requestId, unbound }) => {
    try {
      if (unbound instanceof Error) throw unbound;
      await closeGrant(world, { requestId, unbound });
      closed.push({ requestId });
    } catch (error) {
      closed.push({ requestId, error });
    }
  });
  return closed;
}

/** All plans of one call are of one cluster. */
export function calls(plans: readonly UnbindPlan[]): UnbindPlan[][] {
  const clusters = Map.groupBy(plans, ({ cluster }) => (cluster === 'gone' ? cluster : clusterName(cluster)));
  return [...clusters.values()].flatMap((those) =>
    Array.from({ length: Math.ceil(those.length / plansPerCall) }, (_, i) =>
      those.slice(i * plansPerCall, (i + 1) * plansPerCall),
    ),
  );
}

export async function unbindTogether(
  world: Pick<World, 'clusterLeg'>,
  plans: readonly UnbindPlan[],
): Promise<UnbindOutcome[]> {
  try {
    const [plan, ...others] = plans;
    if (plan && others.length === 0) return [await world.clusterLeg.unbind(plan)];
    return await world.clusterLeg.unbindAll(plans);
  } catch (error) {
    const failed = error instanceof Error ? error : new Unavailable('UnbindRole failed.', { cause: error });
    return plans.map(() => failed);
  }
}
