/** What an earlier onboarding made and the catalog no longer asks for: removed, unless a grant or a revoke still needs it. */
import { janitorAccount, unbindRoleUser } from '#cluster/identities.ts';
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
  'CronJob',
  'RoleBinding',
  'ClusterRoleBinding',
  'Role',
  'ClusterRole',
  'ConfigMap',
  'ServiceAccount',
  'ValidatingAdmissionPolicyBinding',
];

/** Steps for our own objects that are wanted no more, in the order in which they are to be carried out. */
export async function sortOutOld(
  api: KubernetesApi,
  old: readonly Standing[],
  withJanitor: boolean,
  because = 'the catalog no longer asks for it',
): Promise<Step[]> {
  if (old.length === 0) return [];
  const bindings = (await Promise.all([
    listObjects(api, 'RoleBinding'),
    listObjects(api, 'ClusterRoleBinding'),
  ])) as Binding[][];
  const staying = bindings
    .flat()
    .filter(({ metadata }) => !old.some(({ metadata: { uid } }) => uid === metadata.uid));
  const ofGrants = { [marks.managedBy]: managedBy };
  const grants = [
    ...staying.filter(({ metadata }) => metadata.labels?.[marks.managedBy] === managedBy),
    ...(await listObjects(api, 'Role', ofGrants)),
  ];
  const rank = ({ kind }: Manifest) =>
    removalOrder.includes(kind) ? removalOrder.indexOf(kind) : removalOrder.length;
  return [...old]
    .sort((a, b) => rank(a) - rank(b) || (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((object) => {
      const why = neededBy(object, staying, grants, withJanitor);
      return why
        ? { do: 'leave', object, why }
        : {
            do: 'remove',
            object,
            why: isJanitors(object) && !withJanitor ? 'no janitor is wanted' : because,
          };
    });
}

function isJanitors({ metadata: { name, namespace } }: Standing): boolean {
  return name === janitorAccount.rights || namespace === janitorAccount.subject.namespace;
}

function neededBy(
  object: Standing,
  bindings: readonly Binding[],
  grants: readonly Standing[],
  withJanitor: boolean,
): string | undefined {
  const { name, namespace } = object.metadata;
  if (object.kind === 'Namespace')
    return `others may have put something into it; delete it by hand: kubectl delete namespace ${name}`;
  if (object.kind === 'ClusterRole') {
    const [user, ...more] = bindings.filter(
      ({ roleRef }) => roleRef.kind === 'ClusterRole' && roleRef.name === name,
    );
    if (user) return `still bound by ${namedWith(user, more.length)}; run this again when it is gone`;
  }
  const deletes = name === unbindRoleUser || (withJanitor && name === janitorAccount.rights);
  if (deletes && namespace !== undefined) {
    const [grant, ...more] = grants.filter(({ metadata }) => metadata.namespace === namespace);
    if (grant) return `needed to revoke ${namedWith(grant, more.length)}; run this again when it is gone`;
  }
  return undefined;
}

function namedWith(object: Standing, others: number): string {
  return others === 0 ? nameOf(object) : `${nameOf(object)} and ${others} more`;
}
