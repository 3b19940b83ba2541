/** Reads and writes the few kinds of objects that onboarding makes; each write can be tried without being done. */
import type { Manifest } from '#cluster/manifest.ts';
import { nameOf } from '#cluster/manifest.ts';
import { ClusterNotReady, NotAllowed, Unavailable } from '#domain/errors.ts';
import type { KubernetesAnswer, KubernetesApi, KubernetesCall } from './kubernetes-call.ts';

/** An object as it stands in the cluster. */
export interface Standing extends Manifest {
  metadata: Manifest['metadata'] & { uid: string; resourceVersion: string };
}

export type ObjectName = Pick<Manifest, 'kind'> & {
  metadata: Pick<Manifest['metadata'], 'name' | 'namespace'>;
};

const rbacPath = '/apis/rbac.authorization.k8s.io/v1';
const corePath = '/api/v1';
const admissionPath = '/apis/admissionregistration.k8s.io/v1';

/** Kinds that onboarding makes, in the order in which they are listed. */
const collections: Record<string, { base: string; plural: string; namespaced?: true }> = {
  Namespace: { base: corePath, plural: 'namespaces' },
  ValidatingAdmissionPolicy: { base: admissionPath, plural: 'validatingadmissionpolicies' },
  ValidatingAdmissionPolicyBinding: { base: admissionPath, plural: 'validatingadmissionpolicybindings' },
  ClusterRole: { base: rbacPath, plural: 'clusterroles' },
  ClusterRoleBinding: { base: rbacPath, plural: 'clusterrolebindings' },
  Role: { base: rbacPath, plural: 'roles', namespaced: true },
  RoleBinding: { base: rbacPath, plural: 'rolebindings', namespaced: true },
  ServiceAccount: { base: corePath, plural: 'serviceaccounts', namespaced: true },
  ConfigMap: { base: corePath, plural: 'configmaps', namespaced: true },
  CronJob: { base: '/apis/batch/v1', plural: 'cronjobs', namespaced: true },
};
export const kinds = Object.keys(collections);

const manager = 'fieldManager=curfew';

function collectionOf(kind: string) {
  const collection = collections[kind];
  if (!collection) throw new TypeError(`Onboarding knows no objects of kind ${kind}.`);
  return collection;
}

function collectionPath({ kind, metadata }: ObjectName): string {
  const { base, plural, namespaced } = collectionOf(kind);
  return namespaced ? `${base}/namespaces/${metadata.namespace}/${plural}` : `${base}/${plural}`;
}

function objectPath(object: ObjectName): string {
  return `${collectionPath(object)}/${encodeURIComponent(object.metadata.name)}`;
}

const pageSize = 500;

export const reads = {
  one: (object: ObjectName): KubernetesCall => ({ method: 'GET', path: objectPath(object) }),
  /** Objects of a kind with the labels, in all namespaces; the first page, or the one that `next` names. */
  page: (kind: string, labels: Record<string, string>, next?: string): KubernetesCall => {
    const { base, plural } = collectionOf(kind);
    const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const query = new URLSearchParams({ limit: String(pageSize) });
    if (selector.length > 0) query.set('labelSelector', selector.join(','));
    if (next) query.set('continue', next);
    return { method: 'GET', path: `${base}/${plural}?${query}` };
  },
};

/** A call that would create, apply, replace or delete an object; with `dryRun` everything happens but the storing. */
export const writes = {
  create: (object: Manifest, dryRun: boolean): KubernetesCall => ({
    method: 'POST',
    path: `${collectionPath(object)}?${manager}${dryRun ? '&dryRun=All' : ''}`,
    body: object,
  }),
  /**
   * Server-side apply: made where it isn't there, and of what is there only the fields of ours are changed. By force also
   * those that somebody else has changed since; without it that is refused.
   */
  apply: (object: Manifest, dryRun: boolean, force = false): KubernetesCall => ({
    method: 'PATCH',
    path: `${objectPath(object)}?${manager}${force ? '&force=true' : ''}${dryRun ? '&dryRun=All' : ''}`,
    body: object,
  }),
  replace: (object: Manifest, dryRun: boolean): KubernetesCall => ({
    method: 'PUT',
    path: `${objectPath(object)}?${manager}${dryRun ? '&dryRun=All' : ''}`,
    body: object,
  }),
  /** Exactly the object with this UID. */
  remove: (object: ObjectName & { metadata: { uid: string } }, dryRun: boolean): KubernetesCall => ({
    method: 'DELETE',
    path: objectPath(object),
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: object.metadata.uid },
      // Here and not in the query, which the server ignores for a DELETE that has a body: it would really delete.
      ...(dryRun ? { dryRun: ['All'] } : {}),
    },
  }),
};

export async function readObject(api: KubernetesApi, object: ObjectName): Promise<Standing | undefined> {
  const answer = await api(reads.one(object));
  if (answer.status === 404) return undefined;
  return expectOk(answer, `read ${nameOf(object)}`);
}

/** Every object of a kind, in all namespaces, or those with the labels. */
export async function listObjects(
  api: KubernetesApi,
  kind: string,
  labels: Record<string, string> = {},
): Promise<Standing[]> {
  const { plural } = collectionOf(kind);
  const found: Standing[] = [];
  let next: string | undefined;
  do {
    const page = expectOk(await api(reads.page(kind, labels, next)), `list ${plural}`);
    // Lists leave out what all their items have in common.
    for (const item of page.items) found.push({ ...item, apiVersion: page.apiVersion, kind });
    next = page.metadata.continue;
  } while (next);
  return found;
}

/** The body of a good answer; otherwise the failure in words, by what it means for a person. */
// biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes; whoever asked knows its kind.
export function expectOk(answer: KubernetesAnswer, attempt: string): any {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return body;
  const said = `Can't ${attempt}: ${body?.message ?? `the cluster answered ${status}`}`;
  if (status === 401) {
    throw new NotAllowed(
      `${said}. The cluster doesn't know you: it needs an access entry for your IAM role, with cluster-admin rights.`,
    );
  }
  if (status === 403) throw new NotAllowed(said);
  if (status === 409 || status === 429 || status >= 500) throw new Unavailable(`${said}. Try again.`);
  throw new ClusterNotReady(said);
}
