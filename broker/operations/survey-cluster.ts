/** SurveyCluster (cluster leg): reads one page of the RoleBindings that carry this deployment's mark, or single ones, or what roles that aren't ours allow. Changes nothing. */
import { instantSchema } from '#domain/instant.ts';
import type { StandingGrant, Survey, SurveyPlan } from '#domain/plan.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import type { World } from '#ports';

/** As many as one answer of a function holds with room to spare. */
const pageSize = 500;

export async function surveyCluster(
  world: Pick<World, 'cluster'>,
  { cluster, deployment, cursor, places, roles }: SurveyPlan,
): Promise<Survey> {
  const session = await world.cluster.connect(cluster);
  if (roles) {
    const surveyed = await Promise.all(
      roles.map(async (name) => [name, await session.surveyRole(name)] as const),
    );
    return { grants: [], roles: Object.fromEntries(surveyed) };
  }
  if (places) {
    const read = await Promise.all(
      places.map(({ namespace, name }) => session.readRoleBinding(namespace, name)),
    );
    return { grants: read.flatMap((found) => (found ? [standingGrant(found)] : [])) };
  }
  const page = { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
  const { items, ...rest } = await session.listGrants(deployment, page);
  return { grants: items.map(standingGrant), ...rest };
}

function standingGrant({ metadata, roleRef, subjects }: RoleBinding): StandingGrant {
  const { namespace, name, uid = '', labels, annotations } = metadata;
  const expiresAt = instantSchema.safeParse(annotations[marks.expiresAt]).data;
  const createBefore = instantSchema.safeParse(annotations[marks.createBefore]).data;
  return {
    namespace,
    name,
    uid,
    requestId: (labels[marks.request] ?? '').toUpperCase(),
    roleRef: { kind: roleRef.kind, name: roleRef.name },
    subjects: subjects.map((subject) => ({ kind: subject.kind, name: subject.name })),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(createBefore === undefined ? {} : { createBefore }),
  };
}
