/** Who may do what where: worked out from access entries and RoleBindings as EKS and RBAC do it, never from Curfew's records. */
import type { MemoryCluster } from '#adapters/memory/cluster.ts';
import { rulesDigest } from '#domain/cluster-role.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import type { StandingEntry } from '#ports';
import type { Cloud } from '../cloud/cloud.ts';
import { callers, type Name, names } from '../people/cast.ts';

export interface Right {
  who: Name;
  /** In the catalog. */
  cluster: string;
  namespace: string;
  /** What it gives, or what the task lies within that it is for. */
  clusterRole: string;
  /** Digest of the rules of the Role that it binds, where it binds one. */
  task?: string;
  /** `namespace/name` of what gives it. */
  binding: string;
  /** The request that the name of the binding says. */
  requestId: string;
  uid: string;
}

/** As Curfew names its bindings: `curfew-<request id>`. `key` is `namespace/name`. */
export const requestIdOf = (key: string): string => key.slice(key.indexOf('/curfew-') + 8).toUpperCase();

/** What a person's session is called on the cluster, and its groups; undefined for whoever has no entry there. */
function identityOf(
  who: Name,
  entries: readonly StandingEntry[],
): { username: string; groups: string[] } | undefined {
  const { principal, sessionName } = callers[who];
  const entry = entries.find(({ principalArn }) => principalArn === principal.arn);
  if (!entry) return undefined;
  return { username: entry.username.replace('{{SessionNameRaw}}', sessionName), groups: entry.groups };
}

function gives(
  { subjects }: RoleBinding,
  { username, groups }: { username: string; groups: string[] },
): boolean {
  return subjects.some(({ kind, name }) => (kind === 'User' ? name === username : groups.includes(name)));
}

/** Undefined for a RoleBinding to a Role that isn't there: it gives nothing. */
function givenBy(
  cluster: MemoryCluster | undefined,
  { metadata: { namespace }, roleRef: { kind, name } }: RoleBinding,
): Pick<Right, 'clusterRole' | 'task'> | undefined {
  if (kind === 'ClusterRole') return { clusterRole: name };
  const role = cluster?.roles.get(`${namespace}/${name}`);
  if (!role) return undefined;
  const clusterRole = role.metadata.annotations[marks.within] ?? '';
  return { clusterRole, task: rulesDigest(role.rules) };
}

/** Every right that everybody has now, on every cluster. */
export function observe({ twins, authorizer }: Cloud): Right[] {
  const rights: Right[] = [];
  for (const cluster of twins.clusters.keys()) {
    const roleBindings = authorizer.inForce(cluster);
    if (roleBindings.size === 0) continue;
    const entries = [...twins.entries.standing.values()].filter(({ entryArn }) =>
      entryArn.includes(`/${cluster}`),
    );
    for (const who of names) {
      const identity = identityOf(who, entries);
      if (!identity) continue;
      for (const [key, binding] of roleBindings) {
        if (!gives(binding, identity)) continue;
        const { namespace, uid } = binding.metadata;
        const requestId = requestIdOf(key);
        const given = givenBy(twins.clusters.get(cluster), binding);
        if (!given) continue;
        rights.push({
          who,
          cluster,
          namespace,
          ...given,
          binding: key,
          requestId,
          uid,
        });
      }
    }
  }
  return rights;
}
