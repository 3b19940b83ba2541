/** Proves that DefineRole can make the Role of a task within its bounds, and no other, without doing any of it. */
import { forbiddenRole } from '#cluster/forbidden-binding.ts';
import {
  bindRoleUser,
  brokerUsers,
  defineRoleUser,
  surveyClusterUser,
  unbindRoleUser,
} from '#cluster/identities.ts';
import type { Manifest } from '#cluster/manifest.ts';
import type { OfferedRole } from '#cluster/offer.ts';
import { managedBy } from '#domain/access-entry.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { instantOf } from '#domain/instant.ts';
import type { BindPlan } from '#domain/plan.ts';
import { bindingName } from '#domain/request.ts';
import { marks, roleBindingsOf } from '#domain/role-binding.ts';
import { taskRolesOf } from '#domain/task-role.ts';
import { readObject, reads, type Standing, writes } from './cluster-objects.ts';
import type { KubernetesCall } from './kubernetes-call.ts';
import { nobodysRequest, planOf, type Try } from './tries.ts';

/** Of the first thing that the role lets one do, a part: as people ask for it. */
function oneOf({ rules: [rule] }: OfferedRole): PolicyRule {
  if (!rule) throw new TypeError('Only a role with rules of its own is bounds for a task.');
  const { apiGroups, resources, verbs, resourceNames } = rule;
  const one = {
    apiGroups: apiGroups.slice(0, 1),
    resources: resources.slice(0, 1),
    verbs: verbs.slice(0, 1),
  };
  return resourceNames ? { ...one, resourceNames: resourceNames.slice(0, 1) } : one;
}

/** No catalog names it. */
const beyond: PolicyRule = { apiGroups: ['curfew.dev'], resources: ['nothing'], verbs: ['everything'] };

const ofTask = (role: OfferedRole, deployment: string, change: Partial<BindPlan>) =>
  planOf(role, deployment, { task: { rules: [oneOf(role)] }, ...change });

function roleOf(role: OfferedRole, deployment: string, change: Partial<BindPlan> = {}): Manifest {
  const [made] = taskRolesOf(ofTask(role, deployment, change));
  if (!made) throw new TypeError('A plan of a task makes a Role.');
  return made;
}

/** @param named of another Role than the grant's own */
function bindingOf(role: OfferedRole, deployment: string, named?: string): Manifest {
  const [made] = roleBindingsOf(ofTask(role, deployment, {}));
  if (!made) throw new TypeError('A plan with one place makes one RoleBinding.');
  return named === undefined ? made : ({ ...made, roleRef: { ...made.roleRef, name: named } } as Manifest);
}

const creating = (what: string, make: () => Manifest, expect: Try['expect'], as = defineRoleUser): Try => ({
  what,
  call: async () => ({ ...writes.create(make(), true), as }),
  expect,
});

const fence = { fence: 'curfew-define-role' };

/** Of each role that tasks may lie within: that its bounds are known to the cluster, and hold. */
export function boundsTries(role: OfferedRole, deployment: string): Try[] {
  const within = (what: string, ...rules: PolicyRule[]) =>
    [what, () => roleOf(role, deployment, { task: { rules } })] as const;
  return [
    creating(
      ...within('a Role with a part of a role of the catalog, by DefineRole', oneOf(role)),
      'accepted',
    ),
    creating(...within('a Role with more than its bounds, by DefineRole', oneOf(role), beyond), fence),
    creating(...within('a Role with a wildcard, by DefineRole', { ...oneOf(role), verbs: ['*'] }), fence),
  ];
}

/** Of any one of them: marks, place, time, and who does what. */
export function taskRoleTries(role: OfferedRole, deployment: string): Try[] {
  const [namespace = ''] = role.namespaces;
  const changed = (what: string, change: () => Partial<BindPlan>) =>
    [what, () => roleOf(role, deployment, change())] as const;
  const inKubeSystem = { bindings: [{ namespace: 'kube-system', name: bindingName(nobodysRequest) }] };
  const bound = (named?: string) => () => bindingOf(role, deployment, named);
  return [
    creating(
      "a Role without Curfew's marks and bounds, by DefineRole",
      () => forbiddenRole(namespace),
      fence,
    ),
    creating(
      ...changed('a Role within cluster-admin, by DefineRole', () => ({ clusterRole: 'cluster-admin' })),
      fence,
    ),
    creating(
      ...changed('a Role that comes too late, by DefineRole', () => ({
        createBefore: instantOf(Date.now() - 1000),
      })),
      fence,
    ),
    creating(...changed('a Role in kube-system, by DefineRole', () => inKubeSystem), 'refused'),
    creating('a RoleBinding, by DefineRole', bound(), 'refused'),
    creating("a grant of a task's Role, by BindRole", bound(), 'accepted', bindRoleUser),
    creating(
      'a grant of another Role, by BindRole',
      bound(unbindRoleUser),
      { fence: 'curfew-bind-role' },
      bindRoleUser,
    ),
    ...brokerUsers
      .filter((user) => user !== defineRoleUser)
      .map((user) => creating(...changed(`a Role, by ${user}`, () => ({})), 'refused', user)),
    {
      what: 'a Role of yours that passes for one of a grant',
      call: async () => writes.create(roleOf(role, deployment), true),
      expect: { fence: 'curfew-grant-forgery' },
    },
    onBrokersRole(
      'making the Role of a grant out of another Role, by you',
      namespace,
      (standing) => {
        const labels = { ...standing.metadata.labels, [marks.managedBy]: managedBy };
        return writes.replace({ ...standing, metadata: { ...standing.metadata, labels } }, true);
      },
      { fence: 'curfew-grant-update' },
    ),
    onBrokersRole(
      "deleting a Role that isn't a grant's, by UnbindRole",
      namespace,
      (standing) => ({ ...writes.remove(standing, true), as: unbindRoleUser }),
      { fence: 'curfew-broker-deletes' },
    ),
    onBrokersRole(
      'deleting a Role, by DefineRole',
      namespace,
      (standing) => ({ ...writes.remove(standing, true), as: defineRoleUser }),
      'refused',
    ),
    {
      what: 'listing the Roles of all grants, by SurveyCluster',
      call: async () => ({ ...reads.page('Role', { [marks.managedBy]: managedBy }), as: surveyClusterUser }),
      expect: 'accepted',
    },
  ];
}

/** On a Role that stands wherever grants do, and is none of a grant. */
function onBrokersRole(
  what: string,
  namespace: string,
  call: (standing: Standing) => KubernetesCall,
  expect: Try['expect'],
): Try {
  return {
    what,
    call: async (api) => {
      const standing = await readObject(api, { kind: 'Role', metadata: { name: unbindRoleUser, namespace } });
      return standing && call(standing);
    },
    expect,
  };
}
