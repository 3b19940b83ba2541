/** Reads on its cluster what the catalog leaves to it: what a role that isn't ours allows there now, and how namespaces are labelled. */
import { eksClusterNamed, listed } from '#domain/catalog-lookup.ts';
import { Unavailable } from '#domain/errors.ts';
import type { SurveyedRole } from '#domain/foreign-role.ts';
import { isFor, isSelector, type NamespaceLabels } from '#domain/namespaces.ts';
import type { ClusterAddress, Survey } from '#domain/plan.ts';
import type { Asked } from '#domain/request.ts';
import type { ClusterLeg, World } from '#ports';

export type SurveyNeeds = Pick<World, 'catalog' | 'settings' | 'entries'> & {
  clusterLeg: Pick<ClusterLeg, 'survey'>;
};

/** What of a question only its cluster knows. */
export interface Surveyed {
  /** Of a role that isn't ours: as it stands there. */
  role?: SurveyedRole;
  /** Of the namespaces that are asked for, where the role goes by labels: those that exist. */
  labels?: Record<string, NamespaceLabels>;
}

/** Asks the cluster for what the catalog leaves to it, by one call, or none. Throws ClusterNotReady and Unavailable. */
export async function surveyAsked(
  world: SurveyNeeds,
  asked: Pick<Asked, 'role' | 'cluster' | 'namespaces'>,
): Promise<Surveyed> {
  const { catalog, settings, entries } = world;
  const role = listed(catalog.roles, asked.role);
  const eksCluster = eksClusterNamed(catalog, asked.cluster, settings.region);
  if (!role || !eksCluster || !role.clusters.includes(asked.cluster)) return {};
  const { clusterRole } = role;
  const byLabel = role.namespaces.some(isSelector)
    ? asked.namespaces.filter((namespace) => !isFor(role, namespace))
    : [];
  if (clusterRole === undefined && byLabel.length === 0) return {};
  const survey = await world.clusterLeg.survey({
    v: 1,
    deployment: settings.deployment,
    cluster: await entries.describeCluster(eksCluster),
    ...(clusterRole === undefined ? {} : { roles: [clusterRole] }),
    ...(byLabel.length === 0 ? {} : { namespaces: byLabel }),
  });
  return {
    ...(clusterRole === undefined ? {} : { role: roleIn(survey, clusterRole, eksCluster.eksName) }),
    ...(byLabel.length === 0 ? {} : { labels: labelsIn(survey, byLabel, eksCluster.eksName) }),
  };
}

function labelsIn(
  { namespaces = {} }: Survey,
  wanted: readonly string[],
  eksName: string,
): Record<string, NamespaceLabels> {
  const found = wanted.map((name) => [name, listed(namespaces, name)] as const);
  if (found.some(([, labels]) => labels === undefined))
    throw new Unavailable(
      `How the namespaces of ${eksName} are labelled could not be read. Try again shortly.`,
    );
  return Object.fromEntries(found.filter(([, labels]) => labels !== 'absent')) as Record<
    string,
    NamespaceLabels
  >;
}

function roleIn({ roles = {} }: Survey, clusterRole: string, eksName: string): SurveyedRole {
  const surveyed = listed(roles, clusterRole);
  if (surveyed !== undefined) return surveyed;
  throw new Unavailable(
    `What ClusterRole ${clusterRole} on ${eksName} allows could not be read. Try again shortly.`,
  );
}

/** All of them by one call. The answer throws Unavailable for a role that the cluster said nothing of. */
export async function surveyRoles(
  { settings, clusterLeg }: Pick<SurveyNeeds, 'settings' | 'clusterLeg'>,
  cluster: ClusterAddress,
  names: string[],
): Promise<(clusterRole: string) => SurveyedRole> {
  const survey = await clusterLeg.survey({
    v: 1,
    deployment: settings.deployment,
    cluster,
    roles: names,
  });
  return (clusterRole) => roleIn(survey, clusterRole, cluster.eksName);
}
