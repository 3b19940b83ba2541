/** What an earlier onboarding made and the catalog no longer asks for: removed, unless a grant or a revoke still needs it. */
import { unbindRoleUser } from '#cluster/identities.ts';
import { type Manifest, nameOf } from '#cluster/manifest.ts';
import { managedBy } from '#domain/access-entry.ts';
import { marks } from '#domain/role-binding.ts';
import { listObjects, type Standing } from './cluster-objects.ts';
import type { KubernetesApi } from './kubernetes-call.ts';
import type { Step } from './plan.ts';

interface Binding extends Standing {
  roleRef: { kind: string; name: string };
}

/** Bindings before the roles that they name, so that nothing is ever bound to a name that stands for nothing. */
const removalOrder = [
  'RoleBinding',
  'ClusterRoleBinding',
  'Role',
  'ClusterRole',
  'ValidatingAdmissionPolicyBinding',
];

/** Steps for our own objects that are wanted no more, in the order in which they are to be carried out. */
export async function sortOutOld(api: KubernetesApi, old: readonly Standing[]): Promise<Step[]> {
  if (old.length === 0) return [];
  const bindings = (await Promise.all([
    listObjects(api, 'RoleBinding'),
    listObjects(api, 'ClusterRoleBinding'),
  ])) as Binding[][];
  const rank = ({ kind }: Manifest) =>
    removalOrder.includes(kind) ? removalOrder.indexOf(kind) : removalOrder.length;
  return [...old]
    .sort((a, b) => rank(a) - rank(b) || (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((object) => {
      const why = neededBy(object, bindings.flat());
      return why
        ? { do: 'leave', object, why }
        : { do: 'remove', object, why: 'the catalog no longer asks for it' };
    });
}

function neededBy(object: Standing, bindings: readonly Binding[]): string | undefined {
  const { name, namespace } = object.metadata;
  if (object.kind === 'ClusterRole') {
    const [user, ...more] = bindings.filter(
      ({ roleRef }) => roleRef.kind === 'ClusterRole' && roleRef.name === name,
    );
    if (user) return `still bound by ${namedWith(user, more.length)}; run this again when it is gone`;
  }
  if (name === unbindRoleUser && namespace !== undefined) {
    const grants = bindings.filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[marks.managedBy] === managedBy,
    );
    const [grant, ...more] = grants;
    if (grant) return `needed to revoke ${namedWith(grant, more.length)}; run this again when it is gone`;
  }
  return undefined;
}

function namedWith(object: Standing, others: number): string {
  return others === 0 ? nameOf(object) : `${nameOf(object)} and ${others} more`;
}
