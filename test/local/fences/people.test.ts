/** What people with a grant can't do on a real API server, though they are cluster-admins here: each refusal is a fence's. */
import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesCall } from '../../../cli/onboard/kubernetes-call.ts';
import { alice, done, type FencedCluster, refusedBy, said, startFencedCluster } from './fenced-cluster.ts';
import { openSocket } from './socket.ts';

let on: FencedCluster;
let certificateRequest: string;
beforeAll(async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=admin',
    keys,
    signingAlgorithm: algorithm,
  });
  certificateRequest = Buffer.from(made.toString('pem')).toString('base64');
  on = await startFencedCluster();
});
afterAll(() => on?.stop());

const asAlice = async (call: KubernetesCall) => said(await on.api({ ...call, as: alice }));
const create = (path: string, kind: string, more: object): KubernetesCall => ({
  method: 'POST',
  path,
  body: { apiVersion: /^\/apis?\/(.*?)(\/namespaces\/[^/]+)?\/\w+$/.exec(path)?.[1], kind, ...more },
});

describe('N53: a protected namespace', () => {
  const streams = ['exec?command=sh&stdout=true', 'attach?stdout=true', 'portforward?ports=80'];
  const visits = ['vault', 'kube-system', 'curfew-system'].flatMap((namespace) =>
    streams.flatMap((stream) =>
      (['GET', 'POST'] as const).map((method) => [method, namespace, stream] as const),
    ),
  );

  test.each(visits)('is not entered by %s in %s: %s', async (method, namespace, stream) => {
    const path = `/api/v1/namespaces/${namespace}/pods/web/${stream}`;
    expect(await openSocket(on.cluster, { method, path, as: alice })).toEqual(
      refusedBy('curfew-people-protected'),
    );
  });

  test.each(streams)(
    'is all that is closed: %s in a namespace of the catalog gets past the fences',
    async (stream) => {
      for (const method of ['GET', 'POST'] as const) {
        const path = `/api/v1/namespaces/payments/pods/web/${stream}`;
        expect(await openSocket(on.cluster, { method, path, as: alice })).toEqual({
          status: 404,
          message: expect.stringContaining('pods "web" not found'),
        });
      }
    },
  );

  test.each(['vault', 'kube-system', 'curfew-system'])(
    'takes no proxy and no object, in %s',
    async (namespace) => {
      for (const path of [`pods/web/proxy/`, `services/web/proxy/`])
        expect(await asAlice({ method: 'GET', path: `/api/v1/namespaces/${namespace}/${path}` })).toEqual(
          refusedBy('curfew-people-protected'),
        );
      const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
      expect(await asAlice(create(configMaps, 'ConfigMap', { metadata: { name: 'x' } }))).toEqual(
        refusedBy('curfew-people-protected'),
      );
      const gone = await asAlice({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
      expect(gone.status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe('E22 to E40: what belongs to the cluster', () => {
  const of = 'curfew-people-cluster';
  test.each<[string, KubernetesCall | (() => KubernetesCall), string]>([
    ['a read of a kubelet through its node', { method: 'GET', path: '/api/v1/nodes/n/proxy/pods' }, of],
    ['a command through a kubelet', { method: 'POST', path: '/api/v1/nodes/n/proxy/run/a/b/c' }, of],
    ['a node', create('/api/v1/nodes', 'Node', { metadata: { name: 'n' } }), of],
    [
      'a volume of the node’s disk',
      create('/api/v1/persistentvolumes', 'PersistentVolume', {
        metadata: { name: 'v' },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/' } },
      }),
      of,
    ],
    [
      'a certificate',
      () =>
        create('/apis/certificates.k8s.io/v1/certificatesigningrequests', 'CertificateSigningRequest', {
          metadata: { name: 'c' },
          spec: {
            request: certificateRequest,
            signerName: 'kubernetes.io/kube-apiserver-client',
            usages: ['client auth'],
          },
        }),
      of,
    ],
    [
      'a webhook',
      create(
        '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
        'MutatingWebhookConfiguration',
        {
          metadata: { name: 'w' },
        },
      ),
      of,
    ],
    [
      'a definition of a resource',
      create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'CustomResourceDefinition', {
        metadata: { name: 'widgets.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'widgets', kind: 'Widget' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      }),
      of,
    ],
    [
      'a ClusterRoleBinding',
      create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', 'ClusterRoleBinding', {
        metadata: { name: 'b' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [],
      }),
      'curfew-people',
    ],
    [
      'a namespace',
      create('/api/v1/namespaces', 'Namespace', { metadata: { name: 'mine' } }),
      'curfew-people-namespaces',
    ],
  ])('is out of reach: %s', async (_, call, fence) => {
    expect(await asAlice(typeof call === 'function' ? call() : call)).toEqual(refusedBy(fence));
  });

  test('but everybody may ask what they may do', async () => {
    const review = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect(await asAlice(create(path, 'SelfSubjectAccessReview', review))).toEqual(done(201));
    const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    expect(await asAlice(create(whoAmI, 'SelfSubjectReview', {}))).toEqual(done(201));
  });
});

describe('E30: the labels of a namespace', () => {
  const path = '/api/v1/namespaces/other';
  const relabelled = async (change: (labels: Record<string, string>) => void) => {
    const namespace = await on.must({ method: 'GET', path });
    change(namespace.metadata.labels);
    return asAlice({ method: 'PUT', path: `${path}?dryRun=All`, body: namespace });
  };
  const enforce = 'pod-security.kubernetes.io/enforce';

  test('are not changed: pod security is neither set, loosened nor taken off', async () => {
    const namespace = await on.must({ method: 'GET', path });
    namespace.metadata.labels[enforce] = 'baseline';
    await on.must({ method: 'PUT', path, body: namespace });
    const fence = refusedBy('curfew-people-namespaces');
    expect(await relabelled((l) => void delete l[enforce])).toEqual(fence);
    expect(await relabelled((l) => void Object.assign(l, { [enforce]: 'privileged' }))).toEqual(fence);
    expect(await relabelled((l) => void Object.assign(l, { 'policies.example/skip': 'true' }))).toEqual(
      fence,
    );
    expect(await relabelled(() => {})).toEqual(done(200));
  });
});

describe('E12, E41: what proves an identity', () => {
  const path = '/api/v1/namespaces/payments';
  const fence = refusedBy('curfew-people-identities');

  test('is not asked for as a Secret that is filled with a token', async () => {
    const metadata = { name: 'token', annotations: { 'kubernetes.io/service-account.name': 'default' } };
    const type = 'kubernetes.io/service-account-token';
    expect(await asAlice(create(`${path}/secrets`, 'Secret', { metadata, type }))).toEqual(fence);
    expect(await asAlice(create(`${path}/secrets`, 'Secret', { metadata: { name: 'plain' } }))).toEqual(
      done(201),
    );
  });

  test('is not another role in AWS, neither for a new service account nor for one that stands', async () => {
    const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/admin' };
    const made = (name: string, more: object) =>
      create(`${path}/serviceaccounts`, 'ServiceAccount', { metadata: { name, ...more } });
    expect(await asAlice(made('cloud', { annotations }))).toEqual(fence);
    expect(await asAlice(made('plain', {}))).toEqual(done(201));
    const account = await on.must({ method: 'GET', path: `${path}/serviceaccounts/plain` });
    account.metadata.annotations = { note: 'x' };
    expect(await asAlice({ method: 'PUT', path: `${path}/serviceaccounts/plain`, body: account })).toEqual(
      done(200),
    );
    account.metadata.annotations = annotations;
    delete account.metadata.resourceVersion;
    expect(await asAlice({ method: 'PUT', path: `${path}/serviceaccounts/plain`, body: account })).toEqual(
      fence,
    );
  });
});
