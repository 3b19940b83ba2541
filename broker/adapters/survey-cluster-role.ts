/** What a ClusterRole that isn't ours allows, read from one cluster's API server with those that it takes over. */
import type { RbacAuthorizationV1Api, V1ClusterRole, V1ClusterRoleList } from '@kubernetes/client-node';
import { allowedBy, type FoundClusterRole } from '#domain/aggregation.ts';
import type { SurveyedRole } from '#domain/foreign-role.ts';
import { ask, isAbsent } from './kubernetes-refusal.ts';

const pageSize = 500;
const mostPages = 10;

export async function surveyClusterRole(
  eksName: string,
  api: RbacAuthorizationV1Api,
  name: string,
): Promise<SurveyedRole> {
  const found = await ask(
    eksName,
    `Reading ClusterRole ${name}`,
    () => api.readClusterRole({ name }),
    (refusal) => (isAbsent(refusal) ? 'absent' : undefined),
  );
  if (found === 'absent') return 'absent';
  if (!found.aggregationRule) return allowedBy(name, [foundRole(found)]);
  const all = await allClusterRoles(eksName, api);
  return all ? allowedBy(name, all) : { unfit: 'the cluster has too many ClusterRoles to look through' };
}

/** Undefined where there are too many. */
async function allClusterRoles(
  eksName: string,
  api: RbacAuthorizationV1Api,
): Promise<FoundClusterRole[] | undefined> {
  const all: FoundClusterRole[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const from = cursor === undefined ? {} : { _continue: cursor };
    const found = await ask<V1ClusterRoleList, never>(
      eksName,
      'Listing the ClusterRoles',
      () => api.listClusterRole({ limit: pageSize, ...from }),
      () => undefined,
    );
    all.push(...found.items.map(foundRole));
    cursor = found.metadata?._continue;
    if (!cursor) return all;
  }
  return undefined;
}

function foundRole({ metadata, rules, aggregationRule }: V1ClusterRole): FoundClusterRole {
  return {
    name: metadata?.name ?? '',
    labels: metadata?.labels ?? {},
    rules: rules ?? [],
    selectors: aggregationRule?.clusterRoleSelectors ?? [],
  };
}
