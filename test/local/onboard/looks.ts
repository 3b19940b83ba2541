/** What the tests of onboarding do and look at on their cluster. */
import { expect } from 'vitest';
import { bindRoleUser } from '#cluster/identities.ts';
import type { Catalog } from '#domain/catalog.ts';
import { clusterRoleName } from '#domain/cluster-role.ts';
import { instantOf } from '#domain/instant.ts';
import { bindingName } from '#domain/request.ts';
import { roleBindingsOf } from '#domain/role-binding.ts';
import { kinds, listObjects, reads } from '../../../cli/onboard/cluster-objects.ts';
import { type Intent, type Outcome, onboard } from '../../../cli/onboard/onboard.ts';
import { catalogOf, deployment, type TestCluster } from './cluster.ts';

export const rbac = '/apis/rbac.authorization.k8s.io/v1';
export const admission = '/apis/admissionregistration.k8s.io/v1';

/** Everything that onboarding made, so that each test begins on a bare cluster. */
export async function clear(on: TestCluster): Promise<void> {
  on.onboarding().entries.entries.clear();
  for (const kind of kinds.filter((kind) => kind !== 'Namespace').reverse()) {
    for (const { metadata } of await listObjects(on.api, kind)) {
      if (!/^curfew/.test(metadata.name)) continue;
      await on.must({ ...reads.one({ kind, metadata }), method: 'DELETE' });
    }
  }
  await removeNamespace(on, 'curfew-system');
}

/** What a real cluster's namespace controller does, of which there is none here. */
export async function removeNamespace(on: TestCluster, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  if ((await on.api({ method: 'DELETE', path })).status === 404) return;
  const terminating = await on.must({ method: 'GET', path });
  terminating.spec.finalizers = [];
  await on.must({ method: 'PUT', path: `${path}/finalize`, body: terminating });
}

export const yes = async () => true;
export const silent = () => {};
export const run = (on: TestCluster, catalog: Catalog = catalogOf()): Promise<Outcome> =>
  onboard(on.onboarding(catalog), yes, silent);
export const names = (steps: Intent['steps']) =>
  steps.map(({ do: verb, object: { kind, metadata } }) =>
    [verb, kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join(' '),
  );

export function clusterRoles(catalog: Catalog) {
  const named = (role: string) => clusterRoleName(role, catalog.roles[role]?.rules ?? []);
  return { podReader: named('pod-reader'), deployer: named('deployer') };
}

/** Everything of Curfew's in the cluster, as `Kind name`. */
export async function standing(on: TestCluster): Promise<string[]> {
  const all = await Promise.all(kinds.map((kind) => listObjects(on.api, kind)));
  return all
    .flat()
    .filter(({ metadata }) => metadata.name.startsWith('curfew'))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/** UID and version of every object of the kinds that onboarding makes: what was written, even as it was, differs. */
export async function everything(on: TestCluster): Promise<string[]> {
  const all = await Promise.all(kinds.map((kind) => listObjects(on.api, kind)));
  return all.flat().map(({ kind, metadata }) => `${kind} ${metadata.uid} ${metadata.resourceVersion}`);
}

/** What a user may do in a namespace by RBAC, besides what everybody may. */
export async function rightsOf(on: TestCluster, user: string, namespace: string): Promise<string[]> {
  const review = await on.must({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
    as: user,
  });
  type Rule = { verbs: string[]; resources: string[]; resourceNames?: string[] };
  return review.status.resourceRules
    .filter(({ resources }: Rule) => !resources.some((resource) => resource.startsWith('selfsubject')))
    .map(
      ({ verbs, resources, resourceNames }: Rule) =>
        `${verbs.sort()} ${resources}${resourceNames ? ` [${resourceNames}]` : ''}`,
    )
    .sort();
}

/** Path of a grant that stands, as BindRole makes it. */
export async function standingGrant(
  on: TestCluster,
  clusterRole: string,
  namespace: string,
): Promise<string> {
  const requestId = '01KAGAAAAAAAAAAAAAAAAAAAAA';
  const [body] = roleBindingsOf({
    v: 1,
    deployment: deployment.id,
    requestId,
    cluster: on.address,
    bindings: [{ namespace, name: bindingName(requestId) }],
    clusterRole,
    rulesDigest: '',
    subject: { kind: 'User', name: 'curfew:111122223333:Developer:alice@example.com' },
    expiresAt: instantOf(Date.now() + 600_000),
    createBefore: instantOf(Date.now() + 60_000),
  });
  const collection = `${rbac}/namespaces/${namespace}/rolebindings`;
  await on.must({ method: 'POST', path: collection, body, as: bindRoleUser });
  return `${collection}/${bindingName(requestId)}`;
}

/** Makes something behind the fences' back, as one can on a cluster where they are down. */
export async function whileUnfenced(on: TestCluster, change: () => Promise<unknown>) {
  await on.must({ method: 'DELETE', path: `${admission}/validatingadmissionpolicybindings` });
  await expect
    .poll(
      () =>
        change().then(
          () => 'done',
          (error: Error) => error.message,
        ),
      { timeout: 20_000 },
    )
    .toBe('done');
}

export const fail = async (): Promise<boolean> => expect.fail('there is nothing to ask about');
export const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it went through'),
    (error: Error) => error,
  );
