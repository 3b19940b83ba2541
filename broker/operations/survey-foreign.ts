/** Reads on its cluster what a role that isn't ours allows there now. */
import { eksClusterNamed, listed } from '#domain/catalog-lookup.ts';
import { Unavailable } from '#domain/errors.ts';
import type { SurveyedRole } from '#domain/foreign-role.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import type { Asked } from '#domain/request.ts';
import type { ClusterLeg, World } from '#ports';

export type SurveyNeeds = Pick<World, 'catalog' | 'settings' | 'entries'> & {
  clusterLeg: Pick<ClusterLeg, 'survey'>;
};

/** Undefined for roles of ours, and where the catalog has no such role there. Throws ClusterNotReady and Unavailable. */
export async function surveyForeign(
  world: SurveyNeeds,
  { role: name, cluster }: Pick<Asked, 'role' | 'cluster'>,
): Promise<SurveyedRole | undefined> {
  const { catalog, settings, entries } = world;
  const role = listed(catalog.roles, name);
  const eksCluster = eksClusterNamed(catalog, cluster, settings.region);
  if (role?.clusterRole === undefined || !eksCluster || !role.clusters.includes(cluster)) return undefined;
  const { clusterRole } = role;
  const surveyed = await surveyRoles(world, await entries.describeCluster(eksCluster), [clusterRole]);
  return surveyed(clusterRole);
}

/** All of them by one call. The answer throws Unavailable for a role that the cluster said nothing of. */
export async function surveyRoles(
  { settings, clusterLeg }: Pick<SurveyNeeds, 'settings' | 'clusterLeg'>,
  cluster: ClusterAddress,
  names: string[],
): Promise<(clusterRole: string) => SurveyedRole> {
  const { roles = {} } = await clusterLeg.survey({
    v: 1,
    deployment: settings.deployment,
    cluster,
    roles: names,
  });
  return (clusterRole) => {
    const surveyed = listed(roles, clusterRole);
    if (surveyed !== undefined) return surveyed;
    throw new Unavailable(
      `What ClusterRole ${clusterRole} on ${cluster.eksName} allows could not be read. Try again shortly.`,
    );
  };
}
