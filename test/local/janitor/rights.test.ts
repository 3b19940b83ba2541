/** What the janitor may do on a real API server, what its pod is allowed to be, and how it comes and goes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindRoleUser, janitorAccount } from '#cluster/identities.ts';
import { manifestsFor } from '#cluster/manifests.ts';
import { instantOf } from '#domain/instant.ts';
import { bindingName } from '#domain/request.ts';
import { marks, type RoleBinding, roleBindingsOf } from '#domain/role-binding.ts';
import type { KubernetesCall } from '../../../cli/onboard/kubernetes-call.ts';
import { isNothing, onboard } from '../../../cli/onboard/onboard.ts';
import { catalogOf, deployment, startTestCluster, type TestCluster } from '../onboard/cluster.ts';
import { clusterRoles, fail, names, rbac, rightsOf, run, silent, standing, yes } from '../onboard/looks.ts';
import { cronJobPath } from './standing-janitor.ts';

const as = janitorAccount.username;
const { podReader } = clusterRoles(catalogOf());
const bindings = (namespace: string) => `${rbac}/namespaces/${namespace}/rolebindings`;
const grantNamed = (namespace: string) => `${bindings(namespace)}/${bindingName('0'.repeat(26))}`;
const roles = (namespace: string) => `${rbac}/namespaces/${namespace}/roles`;
const roleNamed = (namespace: string) => `${roles(namespace)}/${bindingName('0'.repeat(26))}`;
const ofGrants = `${rbac}/rolebindings?labelSelector=${encodeURIComponent(`${marks.managedBy}=curfew`)}`;
const removal = { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] };
const soon = { timeout: 20_000 };

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout', 'other');
  await run(on);
});
afterAll(() => on?.stop());

const statusOf = async (call: KubernetesCall) => (await on.api({ ...call, as })).status;

describe('By RBAC the janitor', () => {
  test('reads RoleBindings and Roles everywhere, and deletes them in the namespaces of the catalog', async () => {
    await expect
      .poll(() => rightsOf(on, as, 'payments'), soon)
      .toEqual(['delete rolebindings,roles', 'get,list rolebindings,roles']);
    for (const elsewhere of ['other', 'kube-system', 'curfew-system'])
      expect(await rightsOf(on, as, elsewhere)).toEqual(['get,list rolebindings,roles']);
    expect(await statusOf({ method: 'GET', path: ofGrants })).toBe(200);
    for (const path of [grantNamed('payments'), roleNamed('payments')])
      expect(await statusOf({ method: 'DELETE', path, body: removal })).toBe(404);
  });

  test.each<[string, KubernetesCall]>([
    ['delete elsewhere', { method: 'DELETE', path: grantNamed('other'), body: removal }],
    ['delete a Role elsewhere', { method: 'DELETE', path: roleNamed('other'), body: removal }],
    ['make a Role', { method: 'POST', path: roles('payments'), body: {} }],
    ['delete all of a namespace at once', { method: 'DELETE', path: bindings('payments'), body: removal }],
    ['create', { method: 'POST', path: bindings('payments'), body: {} }],
    ['change', { method: 'PUT', path: grantNamed('payments'), body: {} }],
    ['watch', { method: 'GET', path: `${rbac}/rolebindings?watch=1&timeoutSeconds=1` }],
    ['read Secrets', { method: 'GET', path: '/api/v1/secrets' }],
    ['read pods', { method: 'GET', path: '/api/v1/namespaces/curfew-system/pods' }],
    ['watch Roles', { method: 'GET', path: `${rbac}/roles?watch=1&timeoutSeconds=1` }],
    ['read ClusterRoleBindings', { method: 'GET', path: `${rbac}/clusterrolebindings` }],
    [
      'make itself a token that lasts',
      {
        method: 'POST',
        path: `/api/v1/namespaces/curfew-system/serviceaccounts/${janitorAccount.name}/token`,
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      },
    ],
  ])('may not %s', async (_, call) => {
    expect(await statusOf(call)).toBe(403);
  });
});

describe('The pod', () => {
  const inPod = async (change: (spec: { securityContext: object }) => void = () => {}) => {
    const { spec } = await on.must({ method: 'GET', path: cronJobPath });
    const pod = spec.jobTemplate.spec.template.spec;
    change(pod);
    return on.api({
      method: 'POST',
      path: '/api/v1/namespaces/curfew-system/pods?dryRun=All',
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'janitor-try' }, spec: pod },
    });
  };

  test('is one that Pod Security’s level restricted admits in its namespace', async () => {
    const { status, body } = await inPod();
    expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
  });

  test('would be refused there with any more', async () => {
    const { status, body } = await inPod((spec) => void Object.assign(spec, { securityContext: {} }));
    expect(status).toBe(403);
    expect(body.message).toContain('violates PodSecurity "restricted');
  });
});

test.each<[string, string[], (spec: Job) => object]>([
  [
    'the image',
    ['containers[0].image'],
    ({ template: { spec } }) => Object.assign(spec.containers[0] ?? {}, { image: 'node' }),
  ],
  [
    'the account',
    ['serviceAccount', 'serviceAccountName'],
    ({ template: { spec } }) =>
      Object.assign(spec, { serviceAccountName: 'default', serviceAccount: 'default' }),
  ],
])('another value of %s is seen, named and mended', async (_, differ, change) => {
  const job = await on.must({ method: 'GET', path: cronJobPath });
  change(job.spec.jobTemplate.spec);
  await on.must({ method: 'PUT', path: cronJobPath, body: job });
  const { steps } = await run(on);
  expect(names(steps)).toEqual(['change CronJob curfew-system curfew-janitor']);
  const differences = differ.map((field) => ({ path: `spec.jobTemplate.spec.template.spec.${field}` }));
  expect(steps[0]).toMatchObject({ differences });
  expect(isNothing(await onboard(on.onboarding(), fail, silent))).toBe(true);
});
interface Job {
  template: { spec: { containers: object[]; serviceAccountName: string } };
}

test('a janitor that is suspended, or free of its level of security, is seen and mended', async () => {
  const job = await on.must({ method: 'GET', path: cronJobPath });
  await on.must({ method: 'PUT', path: cronJobPath, body: { ...job, spec: { ...job.spec, suspend: true } } });
  const path = '/api/v1/namespaces/curfew-system';
  const namespace = await on.must({ method: 'GET', path });
  namespace.metadata.labels['pod-security.kubernetes.io/enforce'] = 'privileged';
  await on.must({ method: 'PUT', path, body: namespace });
  const { steps } = await run(on);
  expect(names(steps)).toEqual([
    'change Namespace curfew-system',
    'change CronJob curfew-system curfew-janitor',
  ]);
  expect(steps[0]).toMatchObject({
    by: 'apply',
    differences: [
      {
        path: 'metadata.labels[pod-security.kubernetes.io/enforce]',
        from: 'privileged',
        to: 'restricted',
      },
    ],
  });
  expect(isNothing(await onboard(on.onboarding(), fail, silent))).toBe(true);
});

test('without it wanted, all of it goes but its namespace, and nothing else does; and it comes back', async () => {
  const before = await standing(on);
  const without = { ...on.onboarding(), janitorImage: undefined };
  const outcome = await onboard(without, yes, silent);
  expect(names(outcome.steps)).toEqual([
    'remove CronJob curfew-system curfew-janitor',
    `remove RoleBinding checkout ${janitorAccount.rights}`,
    `remove RoleBinding payments ${janitorAccount.rights}`,
    `remove ClusterRoleBinding ${janitorAccount.rights}`,
    `remove Role checkout ${janitorAccount.rights}`,
    `remove Role payments ${janitorAccount.rights}`,
    `remove ClusterRole ${janitorAccount.rights}`,
    'remove ConfigMap curfew-system curfew-janitor',
    'remove ServiceAccount curfew-system curfew-janitor',
    'leave Namespace curfew-system',
  ]);
  expect(isNothing(await onboard(without, fail, silent))).toBe(true);
  await run(on);
  expect((await standing(on)).sort()).toEqual(before.sort());
});

test('a namespace of that name that is not ours stops everything', async () => {
  const bare = await startTestCluster();
  try {
    await bare.createNamespaces('payments', 'checkout', 'curfew-system');
    await expect(run(bare)).rejects.toThrow(/Namespace curfew-system stands there already/);
    expect(await standing(bare)).toEqual(['Namespace curfew-system']);
  } finally {
    await bare.stop();
  }
});

/** Last, as the janitor gets every right here: what is refused then, the fences refuse. */
describe('The fences around the janitor, had it every right,', () => {
  const grant = (change: (binding: RoleBinding) => void = () => {}): RoleBinding => {
    const requestId = '01KAGAAAAAAAAAAAAAAAAAAAAA';
    const [binding] = roleBindingsOf({
      v: 1,
      deployment: deployment.id,
      requestId,
      cluster: on.address,
      bindings: [{ namespace: 'payments', name: bindingName(requestId) }],
      clusterRole: podReader,
      rulesDigest: '',
      subject: { kind: 'User', name: 'curfew:111122223333:Developer:alice@example.com' },
      expiresAt: instantOf(Date.now() + 600_000),
      createBefore: instantOf(Date.now() + 60_000),
    });
    if (!binding) throw new Error('A plan with one place makes one RoleBinding.');
    change(binding);
    return binding;
  };
  const refusedBy = (fence: string) => ({
    status: 422,
    message: expect.stringContaining(`ValidatingAdmissionPolicy '${fence}'`),
  });
  const said = async (call: KubernetesCall) => {
    const { status, body } = await on.api({ ...call, as });
    return { status, message: body.message };
  };
  beforeAll(() => on.makeAdmin(as));

  test('let it delete a grant', async () => {
    await on.must({ method: 'POST', path: bindings('payments'), body: grant(), as: bindRoleUser });
    const path = `${bindings('payments')}/${grant().metadata.name}`;
    expect((await on.api({ method: 'DELETE', path, as })).status).toBe(200);
  });

  test.each([
    ['the broker’s rights', `${bindings('payments')}/${bindRoleUser}`],
    ['its own rights', `${bindings('payments')}/${janitorAccount.rights}`],
    ['what gives the broker its rights', `${roles('payments')}/${bindRoleUser}`],
  ])('keep it from deleting %s', async (_, path) => {
    expect(await said({ method: 'DELETE', path })).toEqual(refusedBy('curfew-janitor'));
  });

  test('keep it from deleting what bears a grant’s name and another deployment’s mark', async () => {
    const { fences } = manifestsFor(catalogOf(), 'payments-prod', 'staging', undefined);
    const policy = fences.find(
      ({ kind, metadata }) => kind.endsWith('Policy') && metadata.name === 'curfew-janitor',
    );
    const path = `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/curfew-janitor`;
    const standingPolicy = await on.must({ method: 'GET', path });
    await on.must({ method: 'PUT', path, body: { ...policy, metadata: standingPolicy.metadata } });
    await on.must({ method: 'POST', path: bindings('payments'), body: grant(), as: bindRoleUser });
    const remove: KubernetesCall = {
      method: 'DELETE',
      path: `${bindings('payments')}/${grant().metadata.name}`,
      body: removal,
    };
    await expect.poll(() => said(remove), soon).toEqual(refusedBy('curfew-janitor'));
  });

  test.each<[string, KubernetesCall]>([
    ['a RoleBinding', { method: 'POST', path: bindings('checkout'), body: { metadata: { name: 'mine' } } }],
    [
      'a Secret',
      { method: 'POST', path: '/api/v1/namespaces/payments/secrets', body: { metadata: { name: 'x' } } },
    ],
    [
      'a pod',
      { method: 'POST', path: '/api/v1/namespaces/payments/pods', body: { metadata: { name: 'x' } } },
    ],
  ])('keep it from making %s', async (what, { body, ...call }) => {
    const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: podReader };
    const full = {
      ...(body as object),
      ...(what === 'a RoleBinding' ? { roleRef: role } : {}),
      ...(what === 'a pod' ? { spec: { containers: [{ name: 'x', image: 'x' }] } } : {}),
    };
    expect(await said({ ...call, body: full })).toEqual(refusedBy('curfew-broker-writes'));
  });
});
