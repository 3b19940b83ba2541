/** An onboarded cluster for the tests of the janitor: grants that stand there, a clock that can be moved on, and the janitor. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bindRoleUser } from '#cluster/identities.ts';
import { instantOf } from '#domain/instant.ts';
import { bindingName } from '#domain/request.ts';
import { marks, type RoleBinding, roleBindingsOf } from '#domain/role-binding.ts';
import { catalogOf, deployment, startTestCluster, type TestCluster } from '../onboard/cluster.ts';
import { clusterRoles, rbac, run, whileUnfenced } from '../onboard/looks.ts';
import { type Front, startFront } from './front.ts';
import { type StandingJanitor, standingJanitor } from './standing-janitor.ts';

export const alice = 'curfew:111122223333:Developer:alice@example.com';
export const minute = 60_000;

export const pathOf = ({ metadata: { namespace, name } }: RoleBinding) =>
  `${rbac}/namespaces/${namespace}/rolebindings/${name}`;

export interface JanitorCluster {
  on: TestCluster;
  front: Front;
  janitor: StandingJanitor;
  /** A grant of alice's that ends so much from now, which may be in the past; not made yet. */
  grant(lastsMs: number, change?: (binding: RoleBinding) => void): RoleBinding;
  /** The same, made by BindRole. */
  granted(lastsMs: number, change?: (binding: RoleBinding) => void): Promise<RoleBinding>;
  /** Made behind the fences' back, which are up again afterwards. */
  smuggled(...bindings: RoleBinding[]): Promise<void>;
  stands(binding: RoleBinding): Promise<boolean>;
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

  const grant: JanitorCluster['grant'] = (lastsMs, change = () => {}) => {
    made++;
    const requestId = `01KAG${String(made).padStart(21, '0')}`;
    const [binding] = roleBindingsOf({
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
    });
    if (!binding) throw new Error('A plan with one place makes one RoleBinding.');
    change(binding);
    return binding;
  };
  const collectionOf = ({ metadata: { namespace } }: RoleBinding) =>
    `${rbac}/namespaces/${namespace}/rolebindings`;

  return {
    on,
    front,
    janitor: await standingJanitor(on, front, dir),
    grant,
    granted(lastsMs, change) {
      const body = grant(lastsMs, change);
      return on.must({ method: 'POST', path: collectionOf(body), body, as: bindRoleUser });
    },
    async smuggled(...bindings) {
      const left = [...bindings];
      await whileUnfenced(on, async () => {
        for (let body = left[0]; body; body = left[0]) {
          await on.must({ method: 'POST', path: collectionOf(body), body });
          left.shift();
        }
      });
      await run(on);
    },
    async stands(binding) {
      return (await on.api({ method: 'GET', path: pathOf(binding) })).status === 200;
    },
    async clear() {
      Object.assign(front, { ahead: 0, before: async () => undefined, asked: [] });
      for (const namespace of ['payments', 'checkout', 'other']) {
        for (const label of [marks.request, 'team']) {
          const query = `labelSelector=${encodeURIComponent(label)}`;
          await on.must({ method: 'DELETE', path: `${rbac}/namespaces/${namespace}/rolebindings?${query}` });
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
