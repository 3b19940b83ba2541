/**
 * SurveyCluster (cluster leg): reads one page of the RoleBindings, or Roles, that carry this deployment's mark, or single ones, or
 * what roles that aren't ours allow and how namespaces are labelled. Changes nothing.
 */
import { rulesDigest } from '#domain/cluster-role.ts';
import { instantSchema } from '#domain/instant.ts';
import type { StandingGrant, StandingRole, Survey, SurveyPlan } from '#domain/plan.ts';
import { type Metadata, marks, type RoleBinding } from '#domain/role-binding.ts';
import type { TaskRole } from '#domain/task-role.ts';
import type { ClusterSession, World } from '#ports';

/** As many as one answer of a function holds with room to spare. */
const pageSize = 500;

export async function surveyCluster(world: Pick<World, 'cluster'>, plan: SurveyPlan): Promise<Survey> {
  const { cluster, deployment, cursor, places, roles, namespaces, taskRoles } = plan;
  const session = await world.cluster.connect(cluster);
  if (roles || namespaces) {
    return {
      grants: [],
      ...(roles ? { roles: await each(roles, (name) => session.surveyRole(name)) } : {}),
      ...(namespaces ? { namespaces: await each(namespaces, (name) => session.readLabels(name)) } : {}),
    };
  }
  if (taskRoles) return { grants: [], ...(await surveyTaskRoles(session, plan)) };
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

async function surveyTaskRoles(
  session: ClusterSession,
  { deployment, cursor, places }: Omit<SurveyPlan, 'v' | 'cluster'>,
): Promise<Pick<Survey, 'taskRoles' | 'cursor'>> {
  if (places) {
    const read = await Promise.all(places.map(({ namespace, name }) => session.readRole(namespace, name)));
    return { taskRoles: read.flatMap((found) => (found ? [standingRole(found)] : [])) };
  }
  const page = { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
  const { items, ...rest } = await session.listRoles(deployment, page);
  return { taskRoles: items.map(standingRole), ...rest };
}

async function each<T>(names: readonly string[], read: (name: string) => Promise<T>) {
  const found = await Promise.all(names.map(async (name) => [name, await read(name)] as const));
  return Object.fromEntries(found);
}

function standingRole({ metadata, rules }: TaskRole): StandingRole {
  return { ...placedAs(metadata), rulesDigest: rulesDigest(rules) };
}

function standingGrant({ metadata, roleRef, subjects }: RoleBinding): StandingGrant {
  const createBefore = instantOn(metadata, marks.createBefore);
  return {
    ...placedAs(metadata),
    roleRef: { kind: roleRef.kind, name: roleRef.name },
    subjects: subjects.map((subject) => ({ kind: subject.kind, name: subject.name })),
    ...(createBefore === undefined ? {} : { createBefore }),
  };
}

/** Where it stands, for which request and until when, as far as its marks tell. */
function placedAs(metadata: Metadata) {
  const { namespace, name, uid = '', labels } = metadata;
  const expiresAt = instantOn(metadata, marks.expiresAt);
  const requestId = (labels[marks.request] ?? '').toUpperCase();
  return { namespace, name, uid, requestId, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

const instantOn = ({ annotations }: Metadata, mark: string) =>
  instantSchema.safeParse(annotations[mark]).data;
