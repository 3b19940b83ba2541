/** An onboarded cluster for the tests of the janitor: grants that stand there, a clock that can be moved on, and the janitor. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bindRoleUser, defineRoleUser } from '#cluster/identities.ts';
import { instantOf } from '#domain/instant.ts';
import type { BindPlan } from '#domain/plan.ts';
import { bindingName } from '#domain/request.ts';
import { marks, type RoleBinding, roleBindingsOf } from '#domain/role-binding.ts';
import { type TaskRole, taskRolesOf } from '#domain/task-role.ts';
import { catalogOf, deployment, startTestCluster, type TestCluster } from '../onboard/cluster.ts';
import { clusterRoles, rbac, run, whileUnfenced } from '../onboard/looks.ts';
import { type Front, startFront } from './front.ts';
import { type StandingJanitor, standingJanitor } from './standing-janitor.ts';

export const alice = 'curfew:111122223333:Developer:alice@example.com';
export const minute = 60_000;

const collectionOf = ({ kind, metadata: { namespace } }: RoleBinding | TaskRole) =>
  `${rbac}/namespaces/${namespace}/${kind === 'Role' ? 'roles' : 'rolebindings'}`;

export const pathOf = (object: RoleBinding | TaskRole) => `${collectionOf(object)}/${object.metadata.name}`;

export interface JanitorCluster {
  on: TestCluster;
  front: Front;
  janitor: StandingJanitor;
  /** A grant of alice's that ends so much from now, which may be in the past; not made yet. */
  grant(lastsMs: number, change?: (binding: RoleBinding) => void): RoleBinding;
  /** The same, made by BindRole. */
  granted(lastsMs: number, change?: (binding: RoleBinding) => void): Promise<RoleBinding>;
  /** One that is for one task: its Role, made by DefineRole, and its RoleBinding, not made yet. */
  defined(lastsMs: number): Promise<{ role: TaskRole; binding: RoleBinding }>;
  /** Made behind the fences' back, which are up again afterwards. */
  smuggled(...objects: (RoleBinding | TaskRole)[]): Promise<void>;
  stands(object: RoleBinding | TaskRole): Promise<boolean>;
  /** No grants, and it is now. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function startJanitorCluster(): Promise<JanitorCluster> {
  const dir = await mkdtemp(path.join(tmpdir(), 'curfew-janitor-'));
  const on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout', 'other');
  await run(on);
  const front = await startFront(on.cluster, path.join(dir, 'pki'));
  const { podReader } = clusterRoles(catalogOf());
  let made = 0;

  const planned = (lastsMs: number): BindPlan => {
    made++;
    const requestId = `01KAG${String(made).padStart(21, '0')}`;
    return {
      v: 1,
      deployment: deployment.id,
      requestId,
      cluster: on.address,
      bindings: [{ namespace: 'payments', name: bindingName(requestId) }],
      clusterRole: podReader,
      rulesDigest: '',
      subject: { kind: 'User', name: alice },
      expiresAt: instantOf(Date.now() + lastsMs),
      createBefore: instantOf(Date.now() + minute),
    };
  };
  const grant: JanitorCluster['grant'] = (lastsMs, change = () => {}) => {
    const [binding] = roleBindingsOf(planned(lastsMs));
    if (!binding) throw new Error('A plan with one place makes one RoleBinding.');
    change(binding);
    return binding;
  };
  return {
    on,
    front,
    janitor: await standingJanitor(on, front, dir),
    grant,
    granted(lastsMs, change) {
      const body = grant(lastsMs, change);
      return on.must({ method: 'POST', path: collectionOf(body), body, as: bindRoleUser });
    },
    async defined(lastsMs) {
      const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }];
      const plan = { ...planned(lastsMs), task: { rules } };
      const [body] = taskRolesOf(plan);
      const [binding] = roleBindingsOf(plan);
      if (!body || !binding) throw new Error('A plan of a task has a Role and a RoleBinding.');
      const role = await on.must({ method: 'POST', path: collectionOf(body), body, as: defineRoleUser });
      return { role: { ...role, kind: 'Role' }, binding };
    },
    async smuggled(...objects) {
      const left = [...objects];
      await whileUnfenced(on, async () => {
        for (let body = left[0]; body; body = left[0]) {
          await on.must({ method: 'POST', path: collectionOf(body), body });
          left.shift();
        }
      });
      await run(on);
    },
    async stands(object) {
      return (await on.api({ method: 'GET', path: pathOf(object) })).status === 200;
    },
    async clear() {
      Object.assign(front, { ahead: 0, before: async () => undefined, asked: [] });
      for (const namespace of ['payments', 'checkout', 'other']) {
        for (const label of [marks.request, 'team']) {
          const query = `labelSelector=${encodeURIComponent(label)}`;
          for (const plural of ['rolebindings', 'roles'])
            await on.must({ method: 'DELETE', path: `${rbac}/namespaces/${namespace}/${plural}?${query}` });
        }
      }
    },
    async stop() {
      await front.stop();
      await on.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
