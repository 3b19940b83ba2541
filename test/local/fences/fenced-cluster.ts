/** A fenced cluster on which every identity is cluster-admin, and grants to try on it: what is refused, only a fence refuses. */
import { expect } from 'vitest';
import { bindRoleUser, brokerUsers, defineRoleUser } from '#cluster/identities.ts';
import type { Catalog } from '#domain/catalog.ts';
import { clusterRoleName } from '#domain/cluster-role.ts';
import { instantOf } from '#domain/instant.ts';
import type { BindPlan } from '#domain/plan.ts';
import { bindingName } from '#domain/request.ts';
import { marks, type RoleBinding, roleBindingsOf } from '#domain/role-binding.ts';
import { type TaskRole, taskRolesOf } from '#domain/task-role.ts';
import type { KubernetesAnswer } from '../../../cli/onboard/kubernetes-call.ts';
import { onboard } from '../../../cli/onboard/onboard.ts';
import { catalogOf, deployment, startTestCluster, type TestCluster } from '../onboard/cluster.ts';
import { whileUnfenced } from '../onboard/looks.ts';

export const rbac = '/apis/rbac.authorization.k8s.io/v1';
export const alice = 'curfew:111122223333:AWSReservedSSO_Developer_0123456789abcdef:alice@example.com';

const catalog = catalogOf();
const nameOf = (role: 'pod-reader' | 'deployer') => clusterRoleName(role, catalog.roles[role]?.rules ?? []);
/** Offered in payments and checkout, for 4 hours. */
export const podReader = nameOf('pod-reader');
/** Offered in payments, for 1 hour. */
export const deployer = nameOf('deployer');

export const inFuture = (ms: number) => instantOf(Date.now() + ms);

export const annotate = (key: string, value: string) => (object: RoleBinding | TaskRole) => {
  object.metadata.annotations[key] = value;
};

export const subject =
  (kind: string, name: string, more: object = {}) =>
  (binding: RoleBinding) => {
    binding.subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind, name, ...more } as never];
  };

/** Of another request each time. */
function planned(): BindPlan {
  const requestId = `01KAG0000000000000000${String(++requests).padStart(5, '0')}`;
  return {
    v: 1,
    deployment: deployment.id,
    requestId,
    cluster: { eksName: '', region: '', endpoint: '', certificateAuthority: '' },
    bindings: [{ namespace: 'payments', name: bindingName(requestId) }],
    clusterRole: podReader,
    rulesDigest: '',
    subject: { kind: 'User', name: alice },
    expiresAt: inFuture(4 * 3600_000),
    createBefore: inFuture(60_000),
  };
}
let requests = 0;

/** Another one each time: right in everything but what `change` does to it. */
export function grant(change: (binding: RoleBinding) => void = () => {}): RoleBinding {
  const [binding] = roleBindingsOf(planned());
  if (!binding) throw new Error('A plan with one place makes one RoleBinding.');
  change(binding);
  return binding;
}

/** A grant of a task within pod-reader, and another one each time: its Role and its RoleBinding, right in everything else. */
export function task(change: (role: TaskRole, binding: RoleBinding) => void = () => {}) {
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: ['web-7d9'] }];
  const plan = { ...planned(), task: { rules } };
  const [role] = taskRolesOf(plan);
  const [binding] = roleBindingsOf(plan);
  if (!role || !binding) throw new Error('A plan of a task has a Role and a RoleBinding.');
  change(role, binding);
  return { role, binding };
}

/** A RoleBinding without a mark, as anybody might write one. */
export function plain(name: string): RoleBinding {
  return grant((binding) => {
    binding.metadata.name = name;
    binding.metadata.labels = {};
    binding.metadata.annotations = {};
  });
}

export function refusedBy(fence: string) {
  return { status: 422, message: expect.stringContaining(`ValidatingAdmissionPolicy '${fence}'`) };
}

export const said = ({ status, body }: KubernetesAnswer) => ({ status, message: body.message });

/** An answer without a message, as `said` gives it. */
export const done = (status: number) => ({ status, message: undefined });

export interface FencedCluster extends TestCluster {
  /** Each as cluster-admin, or as a user. */
  create(object: RoleBinding | TaskRole, as?: string): Promise<KubernetesAnswer>;
  replace(object: RoleBinding | TaskRole, as?: string): Promise<KubernetesAnswer>;
  remove(object: RoleBinding | TaskRole, as?: string): Promise<KubernetesAnswer>;
  /** A grant or a Role of one that stands, made by whom makes such, as the server shows it. */
  made(object?: RoleBinding | TaskRole): Promise<KubernetesAnswer['body']>;
  putUpFences(catalog?: Catalog): Promise<void>;
  /** Makes a change behind the fences' back, as one can while they are down. */
  unfenced(change: () => Promise<KubernetesAnswer>): Promise<void>;
  removeGrants(): Promise<void>;
}

export const collection = (namespace: string) => `${rbac}/namespaces/${namespace}/rolebindings`;
export const rolesIn = (namespace: string) => `${rbac}/namespaces/${namespace}/roles`;
const collectionOf = ({ kind, metadata: { namespace } }: RoleBinding | TaskRole) =>
  kind === 'Role' ? rolesIn(namespace) : collection(namespace);
export const pathOf = (object: RoleBinding | TaskRole) => `${collectionOf(object)}/${object.metadata.name}`;

export async function startFencedCluster(given: Catalog = catalog): Promise<FencedCluster> {
  const on = await startTestCluster();
  const by = (as: string | undefined) => (as === undefined ? {} : { as });
  const fenced: FencedCluster = {
    ...on,
    create: (body, as) => on.api({ method: 'POST', path: collectionOf(body), body, ...by(as) }),
    replace: (body, as) => on.api({ method: 'PUT', path: pathOf(body), body, ...by(as) }),
    remove: (object, as) => on.api({ method: 'DELETE', path: pathOf(object), ...by(as) }),
    async made(object = grant()) {
      const answer = await fenced.create(object, object.kind === 'Role' ? defineRoleUser : bindRoleUser);
      expect(said(answer)).toEqual({ status: 201, message: undefined });
      return { ...answer.body, kind: object.kind };
    },
    async putUpFences(catalog = given) {
      await onboard(
        on.onboarding(catalog),
        async () => true,
        () => {},
      );
    },
    async unfenced(change) {
      await whileUnfenced(on, async () => {
        const answer = await change();
        if (answer.status >= 300) throw new Error(answer.body.message);
      });
      await fenced.putUpFences();
    },
    async removeGrants() {
      for (const namespace of ['payments', 'checkout']) {
        for (const path of [collection(namespace), rolesIn(namespace)]) {
          const query = `labelSelector=${encodeURIComponent(marks.request)}`;
          await on.must({ method: 'DELETE', path: `${path}?${query}` });
        }
      }
    },
  };
  await on.createNamespaces('payments', 'checkout', 'vault', 'other');
  await fenced.putUpFences();
  for (const user of [...brokerUsers, alice]) await on.makeAdmin(user);
  return fenced;
}
