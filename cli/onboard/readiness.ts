/** What must be true before anything is changed: the API is new enough, the namespaces exist, the person may do it. */
import { unbindRoleUser } from '#cluster/identities.ts';
import { ClusterNotReady, NotAllowed } from '#domain/errors.ts';
import type { Existing } from '#domain/namespaces.ts';
import { expectOk, listObjects, type Standing } from './cluster-objects.ts';
import type { KubernetesApi } from './kubernetes-call.ts';

const admission = 'admissionregistration.k8s.io';
const rbac = 'rbac.authorization.k8s.io';

/** Rights that only a cluster-admin has together; the last three are for making roles, giving them and trying the fences. */
const needed: { group: string; resource: string; verb: string; name?: string }[] = [
  { group: admission, resource: 'validatingadmissionpolicies', verb: 'create' },
  { group: admission, resource: 'validatingadmissionpolicies', verb: 'update' },
  { group: admission, resource: 'validatingadmissionpolicybindings', verb: 'create' },
  { group: rbac, resource: 'clusterroles', verb: 'create' },
  { group: rbac, resource: 'rolebindings', verb: 'create' },
  { group: rbac, resource: 'clusterroles', verb: 'escalate' },
  { group: rbac, resource: 'clusterroles', verb: 'bind' },
  { group: '', resource: 'users', verb: 'impersonate', name: unbindRoleUser },
];

/** Throws ClusterNotReady or NotAllowed with all that is missing. */
export async function checkReadiness(api: KubernetesApi): Promise<void> {
  const kinds = expectOk(
    await api({ method: 'GET', path: `/apis/${admission}/v1` }),
    'read which kinds of objects the cluster knows',
  );
  if (!kinds.resources?.some(({ name }: { name: string }) => name === 'validatingadmissionpolicies')) {
    throw new ClusterNotReady(
      'The cluster knows no ValidatingAdmissionPolicy v1, which the fences are made of. Update it to Kubernetes 1.30 or newer.',
    );
  }
  await checkRights(api);
}

/** The namespaces that take new objects. */
export async function existingNamespaces(api: KubernetesApi): Promise<Existing[]> {
  const found = (await listObjects(api, 'Namespace')) as (Standing & { status?: { phase?: string } })[];
  return found
    .filter(({ status }) => status?.phase !== 'Terminating')
    .map(({ metadata }) => ({ name: metadata.name, labels: metadata.labels ?? {} }));
}

/** Throws ClusterNotReady naming what the catalog names and the cluster doesn't have. */
export function checkNamespaces(named: readonly string[], existing: readonly Existing[]): void {
  const missing = named.filter((namespace) => !existing.some(({ name }) => name === namespace));
  if (missing.length > 0) {
    throw new ClusterNotReady(
      `The catalog names namespaces that the cluster doesn't have: ${missing.join(', ')}. Create them, or take them out of the catalog:\n` +
        missing.map((name) => `  kubectl create namespace ${name}`).join('\n'),
    );
  }
}

async function checkRights(api: KubernetesApi): Promise<void> {
  const lacking: string[] = [];
  for (const right of needed) {
    const review = expectOk(
      await api({
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: right },
        },
      }),
      'ask the cluster what you may do',
    );
    if (review.status?.allowed !== true) lacking.push(`${right.verb} ${right.resource}`);
  }
  if (lacking.length > 0) {
    throw new NotAllowed(
      `Onboarding takes a cluster-admin, and you lack: ${lacking.join(', ')}. Use an IAM role that has AmazonEKSClusterAdminPolicy on this cluster (--profile), or a kubeconfig of one (--kubeconfig).`,
    );
  }
}
