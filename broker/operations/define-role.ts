/** DefineRole (cluster leg): of a plan for one task, makes its Roles and reads them back. Binds nobody, deletes nothing. */
import { ClusterUnfenced, PlanRefused, StillStanding } from '#domain/errors.ts';
import type { BindPlan, SignedPlan } from '#domain/plan.ts';
import { isOurs } from '#domain/role-binding.ts';
import { definesSame, type TaskRole, taskRolesOf } from '#domain/task-role.ts';
import type { ClusterSession, World } from '#ports';
import { refuseUnlessLive } from './check-plan.ts';

type Needs = Pick<World, 'clock' | 'settings' | 'cluster' | 'verifier'>;

/** Idempotent until `createBefore`. Throws PlanRefused and ClusterUnfenced, where a retry can't help. */
export async function defineRole(world: Needs, signed: SignedPlan): Promise<{ roles: number }> {
  const { plan } = signed;
  refuseUnlessLive(world, signed);
  const roles = taskRolesOf(plan);
  if (roles.length === 0) throw new PlanRefused(`The plan for ${plan.requestId} is for no task.`);
  const session = await world.cluster.connect(plan.cluster);
  await refuseUnlessFenced(session, plan);
  for (const role of roles) {
    await session.createRole(role);
    if (await isDefined(session, plan, role)) continue;
    const { namespace, name } = role.metadata;
    throw new StillStanding(`Role ${namespace}/${name} can't be read back.`);
  }
  return { roles: roles.length };
}

async function refuseUnlessFenced(session: ClusterSession, plan: BindPlan): Promise<void> {
  const { eksName } = plan.cluster;
  for (const { namespace } of plan.bindings) {
    if (await session.refusesForbiddenRole(namespace)) continue;
    throw new ClusterUnfenced(
      `${eksName} does not refuse a Role that it must refuse in ${namespace}: Curfew's admission policies are missing ` +
        `or changed. Run: curfew onboard --cluster ${eksName}`,
    );
  }
}

/** False where nothing stands under its name. Throws PlanRefused where anything else does than what was approved. */
export async function isDefined(
  session: Pick<ClusterSession, 'readRole'>,
  plan: BindPlan,
  wanted: TaskRole,
): Promise<boolean> {
  const { namespace, name } = wanted.metadata;
  const found = await session.readRole(namespace, name);
  if (!found) return false;
  if (isOurs(found, plan.deployment, plan.requestId) && definesSame(found, wanted)) return true;
  throw new PlanRefused(`A Role ${namespace}/${name} stands there that is not what this plan wants.`);
}
