/** What ends are held against: the DELETE of a RoleBinding and the GET that proves it, by a client that does nothing else. */
import type { AdminClient } from './admin-client.ts';

export interface Bare {
  /** Milliseconds from sending the DELETE to the answer of the GET. */
  deleteAndGet: number[];
  /** Milliseconds from sending the DELETE until RBAC is first seen to refuse. */
  untilRefused: number[];
}

const namespace = 'payments';
const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;

export async function bareDeletes(admin: AdminClient, times: number): Promise<Bare> {
  const bare: Bare = { deleteAndGet: [], untilRefused: [] };
  const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
  const role = { kind: 'ClusterRole', name: 'bench-services' };
  await admin.call('POST', roles, {
    metadata: { name: role.name },
    rules: [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }],
  });
  for (let i = 0; i < times; i++) {
    for (const measure of ['deleteAndGet', 'untilRefused'] as const) {
      const name = `bench-${measure.toLowerCase()}-${i}`;
      const subject = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User' as const, name };
      const { status } = await admin.call('POST', bindings, {
        metadata: { name },
        roleRef: { apiGroup: subject.apiGroup, ...role },
        subjects: [subject],
      });
      if (status !== 201) throw new Error(`RoleBinding ${name} was not made (${status}).`);
      while (!(await admin.mayListServices(subject, namespace)));
      const began = performance.now();
      await admin.call('DELETE', `${bindings}/${name}`);
      if (measure === 'untilRefused') while (await admin.mayListServices(subject, namespace));
      else {
        const gone = await admin.call('GET', `${bindings}/${name}`);
        if (gone.status !== 404) throw new Error(`RoleBinding ${name} is still there (${gone.status}).`);
      }
      bare[measure].push(performance.now() - began);
    }
  }
  await admin.call('DELETE', `${roles}/${role.name}`);
  return bare;
}
