/**
 * UnbindRole (cluster leg): connects, waits for the instant, deletes our RoleBindings by UID, proves them gone by reading; and
 * then the Roles that were made for them alone.
 */
import { FenceOpen, StillStanding } from '#domain/errors.ts';
import { after, msBetween } from '#domain/instant.ts';
import type { UnbindPlan, UnbindResult } from '#domain/plan.ts';
import { type Binding, bindingName } from '#domain/request.ts';
import { isOurs } from '#domain/role-binding.ts';
import type { ClusterSession, World } from '#ports';

/** Longest wait in one call, below the function's own time-out. */
const longestWaitMs = 40_000;
/** For clocks that differ: the API server's against ours. */
const fenceMarginMs = 2_000;
const deleteTries = 4;

/** Idempotent. Throws FenceOpen or StillStanding where a retry has to go on, though access may have ended. */
export async function unbindRole(
  world: Pick<World, 'clock' | 'cluster'>,
  plan: UnbindPlan,
): Promise<UnbindResult> {
  if (plan.cluster === 'gone') return { unboundAt: world.clock.now(), found: true };
  const session = await world.cluster.connect(plan.cluster);
  // Authenticates and warms the connection before the instant, so that the end is late by one DELETE only.
  for (const binding of plan.bindings) await session.readRoleBinding(binding.namespace, binding.name);
  await waitUntil(world, plan.notBefore);
  let found = await removeAll(session, plan);
  const fence = after(plan.createBefore, fenceMarginMs);
  if (world.clock.now() < fence) {
    // A creation may still be on its way; only after create-before is absence proof.
    await waitUntil(world, fence);
    found = (await removeAll(session, plan)) || found;
  }
  const unbound = { unboundAt: world.clock.now(), found: found || plan.retried === true };
  if (!plan.task) return unbound;
  // Access has ended. What is left gives nothing by itself, and goes all the same.
  const roles = await Promise.all(plan.bindings.map((binding) => removeRole(session, plan, binding)));
  return roles.includes(true) ? { ...unbound, rolesFound: true } : unbound;
}

async function waitUntil(world: Pick<World, 'clock'>, instant: string): Promise<void> {
  const ms = msBetween(world.clock.now(), instant);
  if (ms > longestWaitMs) throw new FenceOpen(`It is too early: this can be finished from ${instant} on.`);
  if (ms > 0) await world.clock.sleep(ms);
}

async function removeAll(session: ClusterSession, plan: UnbindPlan): Promise<boolean> {
  const results = await Promise.all(plan.bindings.map((binding) => remove(session, plan, binding)));
  return results.includes(true);
}

/** True when a RoleBinding of ours was seen. Ours stays ours when somebody takes its labels away. */
async function remove(session: ClusterSession, plan: UnbindPlan, binding: Binding): Promise<boolean> {
  const { namespace, name } = binding;
  for (let found = false, tries = 0; tries < deleteTries; tries++) {
    const standing = await session.readRoleBinding(namespace, name);
    const uid = standing?.metadata.uid;
    if (!standing || uid === undefined) return found;
    if (uid !== binding.uid && !isOurs(standing, plan.deployment, plan.requestId)) {
      // Another object under our name: left alone, and proof that ours is gone if ours was known.
      if (binding.uid !== undefined) return found;
      throw new StillStanding(
        `A RoleBinding ${namespace}/${name} stands without Curfew's labels; whether it is this grant's can't be told. ` +
          'Look at it, and delete it if nobody else made it.',
      );
    }
    found = true;
    await session.deleteRoleBinding(namespace, name, uid);
  }
  throw new StillStanding(`RoleBinding ${namespace}/${name} is still there after ${deleteTries} deletes.`);
}

/** True when a Role of the grant was seen. Its name is the request's own, so it stays ours without its labels. */
async function removeRole(session: ClusterSession, plan: UnbindPlan, binding: Binding): Promise<boolean> {
  const { namespace, name } = binding;
  for (let found = false, tries = 0; tries < deleteTries; tries++) {
    const standing = await session.readRole(namespace, name);
    const uid = standing?.metadata.uid;
    if (!standing || uid === undefined) return found;
    if (name !== bindingName(plan.requestId) && !isOurs(standing, plan.deployment, plan.requestId))
      return found;
    found = true;
    await session.deleteRole(namespace, name, uid);
  }
  throw new StillStanding(`Role ${namespace}/${name} is still there after ${deleteTries} deletes.`);
}
