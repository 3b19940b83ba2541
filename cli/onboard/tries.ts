/** Proves fences and rights by trying what must be refused, and what must be let through, without doing any of it. */
import { forbiddenBinding } from '#cluster/forbidden-binding.ts';
import { bindRoleUser, surveyClusterUser, unbindRoleUser } from '#cluster/identities.ts';
import { type Manifest, rbac } from '#cluster/manifest.ts';
import type { OfferedRole } from '#cluster/offer.ts';
import { managedBy } from '#domain/access-entry.ts';
import { instantOf } from '#domain/instant.ts';
import type { BindPlan } from '#domain/plan.ts';
import { bindingName } from '#domain/request.ts';
import { marks, roleBindingsOf } from '#domain/role-binding.ts';
import { readObject, reads, writes } from './cluster-objects.ts';
import type { KubernetesAnswer, KubernetesApi, KubernetesCall } from './kubernetes-call.ts';

export interface Try {
  /** In words, as part of a sentence: "a grant that comes too late". */
  what: string;
  /** Undefined when there is nothing to try it on. */
  call: (api: KubernetesApi) => Promise<KubernetesCall | undefined>;
  /** `accepted`, told that there is no such thing, refused by RBAC (or by any fence), or refused by the fence of that name. */
  expect: 'accepted' | 'absent' | 'refused' | { fence: string };
}

export interface Tried {
  what: string;
  asExpected: boolean;
  /** What the cluster answered. */
  answer: string;
}

/** No request has this id. */
export const nobodysRequest = '0'.repeat(26);

/** Of a grant to nobody, as the catalog allows it. */
export function planOf(role: OfferedRole, deployment: string, change: Partial<BindPlan>): BindPlan {
  const [namespace = ''] = role.namespaces;
  const now = Date.now();
  return {
    v: 1,
    deployment,
    requestId: nobodysRequest,
    cluster: { eksName: '', region: '', endpoint: '', certificateAuthority: '' },
    bindings: [{ namespace, name: bindingName(nobodysRequest) }],
    clusterRole: role.clusterRole,
    rulesDigest: '',
    subject: { kind: 'User', name: 'curfew:000000000000:nobody:nobody' },
    expiresAt: instantOf(now + role.maxDurationSeconds * 1000),
    createBefore: instantOf(now + Math.min(30, role.maxDurationSeconds) * 1000),
    ...change,
  };
}

export function grantOf(role: OfferedRole, deployment: string, change: Partial<BindPlan> = {}): Manifest {
  const [binding] = roleBindingsOf(planOf(role, deployment, change));
  if (!binding) throw new TypeError('A plan with one place makes one RoleBinding.');
  return binding;
}

/** Refused from the moment the fences hold, before anybody has rights: a RoleBinding that passes itself off as a grant. */
export function forgedGrant(role: OfferedRole, deployment: string): Try {
  return {
    what: 'a RoleBinding of yours that passes for a grant',
    call: async () => writes.create(grantOf(role, deployment), true),
    expect: { fence: 'curfew-grant-forgery' },
  };
}

/** Everything to try on a cluster that is onboarded. Each try is made when it is called, so it can be called again later. */
export function triesFor(role: OfferedRole, deployment: string): Try[] {
  const [namespace = ''] = role.namespaces;
  const fromNow = (seconds: number) => instantOf(Date.now() + seconds * 1000);
  const byBindRole = (make: () => Manifest) => async () => ({
    ...writes.create(make(), true),
    as: bindRoleUser,
  });
  const grant = (change: () => Partial<BindPlan> = () => ({})) =>
    byBindRole(() => grantOf(role, deployment, change()));
  const fence = { fence: 'curfew-bind-role' };
  const brokerBinding = {
    kind: 'RoleBinding',
    metadata: { name: unbindRoleUser, namespace },
  };
  return [
    role.tasks === 'only'
      ? {
          what: 'a grant of all of a role that is given in part only, by BindRole',
          call: grant(),
          expect: fence,
        }
      : { what: 'a grant as the catalog allows it, by BindRole', call: grant(), expect: 'accepted' },
    {
      what: "a RoleBinding without Curfew's marks, by BindRole",
      call: byBindRole(() => forbiddenBinding(namespace, role.clusterRole)),
      expect: fence,
    },
    {
      what: 'a grant that comes too late, by BindRole',
      call: grant(() => ({ createBefore: fromNow(-1) })),
      expect: fence,
    },
    {
      what: 'a grant for longer than the catalog allows, by BindRole',
      call: grant(() => ({ expiresAt: fromNow(role.maxDurationSeconds + 3600) })),
      expect: fence,
    },
    {
      what: 'a grant to the broker itself, by BindRole',
      call: grant(() => ({ subject: { kind: 'User', name: bindRoleUser } })),
      expect: fence,
    },
    {
      what: 'a grant of cluster-admin, by BindRole',
      call: grant(() => ({ clusterRole: 'cluster-admin' })),
      expect: 'refused',
    },
    {
      what: 'a grant in kube-system, by BindRole',
      call: grant(() => ({ bindings: [{ namespace: 'kube-system', name: bindingName(nobodysRequest) }] })),
      expect: 'refused',
    },
    {
      what: 'a grant by UnbindRole',
      call: async () => ({ ...writes.create(grantOf(role, deployment), true), as: unbindRoleUser }),
      expect: 'refused',
    },
    {
      what: "deleting a RoleBinding that isn't a grant, by UnbindRole",
      call: async (api) => {
        const standing = await readObject(api, brokerBinding);
        return standing && { ...writes.remove(standing, true), as: unbindRoleUser };
      },
      expect: { fence: 'curfew-broker-deletes' },
    },
    {
      what: 'reading a RoleBinding in a namespace that is gone, by UnbindRole',
      call: async () => ({
        ...reads.one({
          kind: 'RoleBinding',
          metadata: { name: bindingName(nobodysRequest), namespace: 'curfew-no-such-namespace' },
        }),
        as: unbindRoleUser,
      }),
      expect: 'absent',
    },
    {
      what: 'listing the grants of all namespaces, by SurveyCluster',
      call: async () => ({
        ...reads.page('RoleBinding', { [marks.managedBy]: managedBy }),
        as: surveyClusterUser,
      }),
      expect: 'accepted',
    },
    {
      what: 'a grant by SurveyCluster',
      call: async () => ({ ...writes.create(grantOf(role, deployment), true), as: surveyClusterUser }),
      expect: 'refused',
    },
    {
      what: 'deleting a RoleBinding, by SurveyCluster',
      call: async (api) => {
        const standing = await readObject(api, brokerBinding);
        return standing && { ...writes.remove(standing, true), as: surveyClusterUser };
      },
      expect: 'refused',
    },
    forgedGrant(role, deployment),
    {
      what: 'making a grant out of another RoleBinding, by you',
      call: async (api) => {
        const standing = await readObject(api, brokerBinding);
        if (!standing) return undefined;
        const labels = { ...standing.metadata.labels, [marks.managedBy]: managedBy };
        return writes.replace({ ...standing, metadata: { ...standing.metadata, labels } }, true);
      },
      expect: { fence: 'curfew-grant-update' },
    },
    {
      what: 'a ClusterRole of your own under a name of the catalog',
      call: async () =>
        writes.create(
          {
            apiVersion: `${rbac}/v1`,
            kind: 'ClusterRole',
            metadata: { name: 'curfew:nobody:00000000', labels: {} },
          },
          true,
        ),
      expect: { fence: 'curfew-role-create' },
    },
    ...editsOf(role),
  ];
}

/** Nobody keeps a ClusterRole that isn't ours as it is. */
function editsOf({ clusterRole, ours }: OfferedRole): Try[] {
  if (!ours) return [];
  return [
    {
      what: `other rules for ${clusterRole}, by you`,
      call: async (api) => {
        const standing = await readObject(api, { kind: 'ClusterRole', metadata: { name: clusterRole } });
        return standing && writes.replace({ ...standing, rules: [] } as Manifest, true);
      },
      expect: { fence: 'curfew-role-update' },
    },
  ];
}

export async function triedFence(api: KubernetesApi, { what, call, expect }: Try): Promise<Tried> {
  const request = await call(api);
  if (!request) return { what, asExpected: false, answer: 'there is nothing to try it on' };
  const { status, body } = await api(request);
  return {
    what,
    asExpected: isAsExpected({ status, body }, expect),
    answer: `${status}: ${body?.message ?? 'done'}`,
  };
}

function isAsExpected({ status, body }: KubernetesAnswer, expect: Try['expect']): boolean {
  if (expect === 'accepted') return status === 200 || status === 201;
  if (expect === 'absent') return status === 404 && body?.reason === 'NotFound';
  if (expect === 'refused') return status === 403 || status === 422;
  return status === 422 && String(body?.message).includes(`ValidatingAdmissionPolicy '${expect.fence}'`);
}
