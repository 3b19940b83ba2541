/** BindRole (cluster leg): carries out a plan that OpenGrant signed; creates the RoleBindings and reads them back. */
import { rulesDigest } from '#domain/cluster-role.ts';
import {
  ClusterNotReady,
  ClusterUnfenced,
  PlanRefused,
  RoleUndefined,
  StillStanding,
} from '#domain/errors.ts';
import type { BindPlan, SignedPlan } from '#domain/plan.ts';
import type { Binding } from '#domain/request.ts';
import { grantsSame, isOurs, type RoleBinding, roleBindingsOf } from '#domain/role-binding.ts';
import { isOwnRole } from '#domain/role-definition.ts';
import { taskRolesOf } from '#domain/task-role.ts';
import type { ClusterSession, World } from '#ports';
import { refuseUnlessLive } from './check-plan.ts';
import { isDefined } from './define-role.ts';

type Needs = Pick<World, 'clock' | 'settings' | 'cluster' | 'verifier'>;

/**
 * Idempotent until `createBefore`. Throws PlanRefused, ClusterUnfenced, ClusterNotReady, where a retry can't help, and
 * RoleUndefined where DefineRole has to come first.
 */
export async function bindRole(world: Needs, signed: SignedPlan): Promise<{ bindings: Binding[] }> {
  const { plan } = signed;
  refuseUnlessLive(world, signed);
  const session = await world.cluster.connect(plan.cluster);
  await refuseUnlessReady(session, plan);
  await refuseUnlessDefined(session, plan);
  const bindings: Binding[] = [];
  for (const wanted of roleBindingsOf(plan)) bindings.push(await bind(session, plan, wanted));
  return { bindings };
}

async function refuseUnlessReady(session: ClusterSession, plan: BindPlan): Promise<void> {
  const { eksName } = plan.cluster;
  for (const { namespace } of plan.bindings) {
    if (await session.refusesForbidden(namespace, plan.clusterRole)) continue;
    throw new ClusterUnfenced(
      `${eksName} does not refuse a RoleBinding that it must refuse in ${namespace}: Curfew's admission policies are missing ` +
        `or changed. Run: curfew onboard --cluster ${eksName}`,
    );
  }
  // Last of all: from here to the RoleBinding is as short as can be.
  await (isOwnRole(plan.clusterRole) ? refuseUnlessApproved : refuseUnlessUnchanged)(session, plan);
}

async function refuseUnlessApproved(
  session: ClusterSession,
  { clusterRole, rulesDigest: approved, cluster: { eksName } }: BindPlan,
): Promise<void> {
  const role = await session.readClusterRole(clusterRole);
  if (!role) {
    throw new ClusterNotReady(
      `ClusterRole ${clusterRole} is not on ${eksName}. Run: curfew onboard --cluster ${eksName}`,
    );
  }
  if (rulesDigest(role.rules) !== approved) {
    throw new ClusterNotReady(
      `ClusterRole ${clusterRole} on ${eksName} is not what was approved. Run: curfew onboard --cluster ${eksName}`,
    );
  }
}

/** Of a role that isn't ours: with all that it takes over from others. */
async function refuseUnlessUnchanged(
  session: ClusterSession,
  { clusterRole, rulesDigest: approved, cluster: { eksName } }: BindPlan,
): Promise<void> {
  const found = await session.surveyRole(clusterRole);
  if (typeof found === 'object' && 'rules' in found && rulesDigest(found.rules) === approved) return;
  throw new ClusterNotReady(
    `ClusterRole ${clusterRole} on ${eksName} is not what was approved: it was changed a moment ago. Ask again.`,
  );
}

/** Last of all: what is bound is what was approved. */
async function refuseUnlessDefined(session: ClusterSession, plan: BindPlan): Promise<void> {
  for (const role of taskRolesOf(plan)) {
    if (await isDefined(session, plan, role)) continue;
    const { namespace, name } = role.metadata;
    throw new RoleUndefined(`Role ${namespace}/${name} is still to be made.`);
  }
}

async function bind(session: ClusterSession, plan: BindPlan, wanted: RoleBinding): Promise<Binding> {
  const { namespace, name } = wanted.metadata;
  await session.createRoleBinding(wanted);
  const found = await session.readRoleBinding(namespace, name);
  const uid = found?.metadata.uid;
  if (!found || uid === undefined)
    throw new StillStanding(`RoleBinding ${namespace}/${name} can't be read back.`);
  if (!isOurs(found, plan.deployment, plan.requestId) || !grantsSame(found, wanted)) {
    throw new PlanRefused(
      `A RoleBinding ${namespace}/${name} stands there that is not what this plan wants.`,
    );
  }
  return { namespace, name, uid };
}
