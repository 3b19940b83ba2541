/** UnbindRole for several grants of one cluster in one call: none waits for another, and the fault of one is not another's. */
import type { UnbindPlan } from '#domain/plan.ts';
import type { UnbindOutcome, World } from '#ports';
import { unbindRole } from './unbind-role.ts';

/** An outcome for each plan, in order. */
export async function unbindRoles(
  world: Pick<World, 'clock' | 'cluster'>,
  plans: readonly UnbindPlan[],
): Promise<UnbindOutcome[]> {
  return Promise.all(
    plans.map((plan) =>
      unbindRole(world, plan).catch((error: unknown) =>
        error instanceof Error ? error : new Error(String(error)),
      ),
    ),
  );
}
