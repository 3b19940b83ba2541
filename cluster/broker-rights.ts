/** What the cluster leg may do, and no more: create or delete grants of the catalog's roles in the catalog's namespaces, and see them gone. */
import type { PolicyRule } from '#domain/catalog.ts';
import { bindRoleUser, defineRoleUser, surveyClusterUser, unbindRoleUser } from './identities.ts';
import { rbac } from './manifest.ts';
import { boundsIn, namespacesOf, type OfferedRole, rolesNamed } from './offer.ts';
import { clusterWide, inNamespace, onBoth, onRoleBindings, onRoles, type Rights } from './rights.ts';

/**
 * `bind` and `delete` are held per namespace, and `bind` on exactly the roles offered there. Cluster-wide is reading only:
 * of the definitions, by the offered names, as ClusterRoles are cluster-wide; and of grants by UnbindRole and
 * SurveyCluster. A Role goes with its namespace, and UnbindRole would be told 403 there from then on: neither yes nor no, so
 * no grant that stood there could ever be proven ended. It reads them one by one; only SurveyCluster, which can change
 * nothing, sees them all. RBAC knows no labels, so both may read those of others too.
 *
 * A Role of a task is written by DefineRole, which holds nothing of it and so has to escalate, and bound by BindRole, which
 * can't know its name beforehand. To RBAC both could do so with any rules; the fences alone hold them to the bounds of the
 * catalog and to the names of grants.
 *
 * What a ClusterRole that isn't ours allows may be spread over others, which it takes over by their labels: only where the
 * catalog names one, BindRole and SurveyCluster may list them all.
 *
 * @param goesByLabels whether a role of the catalog is for namespaces by their labels, which SurveyCluster then has to see
 */
export function brokerRights(
  offer: readonly OfferedRole[],
  labels: Record<string, string>,
  goesByLabels: boolean,
): Rights[] {
  const foreign = [...rolesNamed(offer).keys()];
  const listed =
    foreign.length > 0 ? [{ apiGroups: [rbac], resources: ['clusterroles'], verbs: ['list'] }] : [];
  const surveyed = foreign.length > 0 ? [onNamedClusterRoles('get', foreign), ...listed] : [];
  const labelled = goesByLabels ? [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }] : [];
  return [
    ...clusterWide(bindRoleUser, [onNamedClusterRoles('get', namesOf(offer)), ...listed], labels),
    ...clusterWide(unbindRoleUser, [onBoth('get')], labels),
    ...clusterWide(surveyClusterUser, [onBoth('get', 'list'), ...surveyed, ...labelled], labels),
    ...namespacesOf(offer).flatMap((namespace) => [
      ...bindRights(
        namespace,
        offer.filter(({ namespaces }) => namespaces.includes(namespace)),
        labels,
      ),
      ...unbindRights(namespace, labels),
    ]),
    ...namespacesOf(boundsIn(offer)).flatMap((namespace) =>
      inNamespace(namespace, defineRoleUser, [onRoles('create', 'escalate', 'get')], labels),
    ),
  ];
}

function bindRights(namespace: string, offer: readonly OfferedRole[], labels: Record<string, string>) {
  const rules = [
    onRoleBindings('create', 'get'),
    ...(boundsIn(offer).length > 0 ? [onRoles('bind', 'get')] : []),
    onNamedClusterRoles('bind', namesOf(offer)),
  ];
  return inNamespace(namespace, bindRoleUser, rules, labels);
}

/** `get` once more: where only the cluster-wide right is lost, what stands here can still be revoked. */
function unbindRights(namespace: string, labels: Record<string, string>) {
  return inNamespace(namespace, unbindRoleUser, [onBoth('delete', 'get')], labels);
}

const namesOf = (offer: readonly OfferedRole[]) =>
  [...new Set(offer.map(({ clusterRole }) => clusterRole))].sort();

/** Throws on an empty list: to Kubernetes an empty list of names means every name. */
function onNamedClusterRoles(verb: 'bind' | 'get', resourceNames: string[]): PolicyRule {
  if (resourceNames.length === 0) throw new TypeError(`No names to limit "${verb} clusterroles" to.`);
  return { apiGroups: [rbac], resources: ['clusterroles'], verbs: [verb], resourceNames };
}
