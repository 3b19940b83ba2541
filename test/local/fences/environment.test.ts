/** What an environment of the catalog adds on a real API server: calls that it forbids, labels that stay, rules for everybody. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ForbiddenCall, forbiddenCalls } from '#domain/forbidden-calls.ts';
import type { KubernetesCall } from '../../../cli/onboard/kubernetes-call.ts';
import { catalogOf } from '../onboard/cluster.ts';
import { alice, type FencedCluster, refusedBy, said, startFencedCluster } from './fenced-cluster.ts';
import { making, type PodSpec, plainPod } from './pods.ts';
import { openSocket } from './socket.ts';

const catalogWith = (rules: object) =>
  catalogOf((input) => {
    Object.assign(input.clusters['payments-prod'], { environment: 'prod' });
    Object.assign(input, { environments: { prod: rules } });
  });

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster(
    catalogWith({ forbids: forbiddenCalls, requiredLabels: ['team'], general: 'deny' }),
  );
  await on.must(making('Pod', plainPod(), 'web'));
  for (const plural of ['services', 'persistentvolumeclaims', 'secrets', 'configmaps'])
    await on.must(object(plural, 'standing'));
});
afterAll(() => on?.stop());

const payments = '/api/v1/namespaces/payments';
const kinds: Record<string, { kind: string; more?: object }> = {
  services: { kind: 'Service', more: { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } } },
  persistentvolumeclaims: {
    kind: 'PersistentVolumeClaim',
    more: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  },
  secrets: { kind: 'Secret' },
  configmaps: { kind: 'ConfigMap' },
};
function object(plural: string, name: string, change: object = {}): KubernetesCall {
  const { kind, more } = kinds[plural] ?? {};
  const metadata = { name, labels: { team: 'payments' } };
  return {
    method: 'POST',
    path: `${payments}/${plural}`,
    body: { apiVersion: 'v1', kind, metadata, ...structuredClone(more), ...change },
  };
}
const dry = (call: KubernetesCall): KubernetesCall =>
  call.method === 'GET'
    ? call
    : call.method === 'DELETE'
      ? { ...call, body: { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] } }
      : { ...call, path: `${call.path}?dryRun=All` };

/** A call that is meant, and one beside it that is not. */
const meant: Record<ForbiddenCall, { no: KubernetesCall[]; yes?: KubernetesCall }> = {
  exec: { no: [] },
  'port-forward': {
    no: ['pods', 'services'].map((of) => ({ method: 'GET', path: `${payments}/${of}/web/proxy/` })),
  },
  'debug-containers': { no: [] },
  'start-pods': {
    no: ['Pod', 'Job'].map((kind) => making(kind, plainPod())),
    yes: making('Deployment', plainPod()),
  },
  'change-service-accounts': {
    no: ['Deployment', 'CronJob'].map((kind) =>
      making(
        kind,
        plainPod((spec) => void Object.assign(spec, { serviceAccountName: 'admin' })),
      ),
    ),
    yes: making(
      'Deployment',
      plainPod((spec) => void Object.assign(spec, { serviceAccountName: 'default' })),
    ),
  },
  'write-secrets': {
    no: [object('secrets', 'other'), { method: 'DELETE', path: `${payments}/secrets/standing` }],
    yes: object('configmaps', 'other'),
  },
  'external-addresses': {
    no: [object('services', 'other', { spec: { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] } })],
    yes: object('services', 'other'),
  },
  'delete-collections': {
    no: ['configmaps', 'services'].map((plural) => ({ method: 'DELETE', path: `${payments}/${plural}` })),
    yes: { method: 'DELETE', path: `${payments}/configmaps/standing` },
  },
  'delete-namespaces': { no: [{ method: 'DELETE', path: '/api/v1/namespaces/other' }] },
  'delete-volumes': {
    no: [{ method: 'DELETE', path: `${payments}/persistentvolumeclaims/standing` }],
    yes: object('persistentvolumeclaims', 'other'),
  },
};

describe('What the environment forbids', () => {
  test.each(forbiddenCalls.filter((call) => meant[call].no.length > 0))(
    'is refused to people with a grant, to nobody else: %s',
    async (call) => {
      const { no, yes } = meant[call];
      for (const one of no) {
        expect(said(await on.api({ ...dry(one), as: alice }))).toEqual(refusedBy(`curfew-forbids-${call}`));
        expect((await on.api(dry(one))).body.message ?? '').not.toContain('curfew-');
      }
      if (yes) expect((await on.api({ ...dry(yes), as: alice })).status).toBeLessThan(300);
    },
  );

  test.each([
    ['exec', 'pods/web/exec?command=sh&stdout=true'],
    ['exec', 'pods/web/attach?stdout=true'],
    ['port-forward', 'pods/web/portforward?ports=80'],
  ])('N53: is refused whatever the method of the WebSocket: %s by %s', async (call, stream) => {
    for (const method of ['GET', 'POST'] as const)
      expect(await openSocket(on.cluster, { method, path: `${payments}/${stream}`, as: alice })).toEqual(
        refusedBy(`curfew-forbids-${call}`),
      );
  });

  test('N54: covers the debug container of a pod', async () => {
    const pod = await on.must({ method: 'GET', path: `${payments}/pods/web` });
    pod.spec.ephemeralContainers = [
      {
        name: 'debug',
        image: 'x',
        securityContext: { runAsNonRoot: true },
        terminationMessagePolicy: 'File',
      },
    ];
    const call: KubernetesCall = {
      method: 'PUT',
      path: `${payments}/pods/web/ephemeralcontainers`,
      body: pod,
    };
    expect(said(await on.api({ ...dry(call), as: alice }))).toEqual(
      refusedBy('curfew-forbids-debug-containers'),
    );
  });

  test('CVE-2020-8554: covers addresses that a service is given by its status', async () => {
    const path = `${payments}/services/standing`;
    const service = await on.must({ method: 'GET', path });
    service.status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    const call: KubernetesCall = { method: 'PUT', path: `${path}/status`, body: service };
    expect(said(await on.api({ ...dry(call), as: alice }))).toEqual(
      refusedBy('curfew-forbids-external-addresses'),
    );
  });
});

describe('A required label', () => {
  const path = `${payments}/configmaps/standing`;
  const relabelled = async (labels: object | undefined, as?: string) => {
    const body = await on.must({ method: 'GET', path });
    body.metadata.labels = labels;
    return said(await on.api({ ...dry({ method: 'PUT', path, body }), ...(as ? { as } : {}) }));
  };

  test('is neither taken off nor changed by people with a grant', async () => {
    const fence = refusedBy('curfew-people-labels');
    expect(await relabelled(undefined, alice)).toEqual(fence);
    expect(await relabelled({ other: 'x' }, alice)).toEqual(fence);
    expect(await relabelled({ team: 'checkout' }, alice)).toEqual(fence);
    expect((await relabelled({ team: 'payments', other: 'x' }, alice)).status).toBe(200);
    expect((await relabelled({ other: 'x' })).status).toBe(200);
  });

  test('is carried by what everybody makes, where the rules are general', async () => {
    const { body, ...call } = making('Deployment', plainPod());
    const bare = { ...call, body: { ...(body as object), metadata: { name: 'bare' } } };
    expect(said(await on.api(dry(bare)))).toEqual(refusedBy('curfew-general-labels'));
    expect((await on.api(dry({ ...call, body }))).status).toBe(201);
  });
});

describe('General rules', () => {
  const asRoot = (spec: PodSpec) =>
    void Object.assign(spec.containers[0].securityContext, { runAsUser: 0, runAsNonRoot: false });

  test('hold everybody to pods without root, but not what a controller makes of what stood before', async () => {
    const call = making('Pod', plainPod(asRoot));
    expect(said(await on.api(dry(call)))).toEqual(refusedBy('curfew-general-root'));
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', uid: 'u', controller: true };
    const body = call.body as { metadata: object };
    const owned = { ...call, body: { ...body, metadata: { ...body.metadata, ownerReferences: [owner] } } };
    expect((await on.api(dry(owned))).status).toBe(201);
  });

  test('spare namespaces of the cluster’s own', async () => {
    const call = making('Pod', plainPod(asRoot));
    for (const namespace of ['vault', 'kube-system']) {
      const path = call.path.replace('payments', namespace);
      expect((await on.api(dry({ ...call, path }))).status).toBe(201);
    }
  });
});

test('with warnings only, everything goes through and is warned of; without them nobody is', async () => {
  const asRoot = making(
    'Deployment',
    plainPod((spec) => void delete spec.containers[0].securityContext),
  );
  const warned = async () => {
    const { status, warnings } = await on.api(dry(asRoot));
    return {
      status,
      warnings: (warnings ?? []).filter((text) => text.includes('curfew-general-root')).length,
    };
  };
  await on.putUpFences(catalogWith({ general: 'warn' }));
  await expect.poll(warned, { timeout: 20_000 }).toEqual({ status: 201, warnings: 1 });
  // A policy of its own, which the API server may learn of later than of the one before.
  const hers = async () => (await on.api({ ...dry(making('Pod', plainPod())), as: alice })).status;
  await expect.poll(hers, { timeout: 20_000 }).toBe(201);
  await on.putUpFences(catalogWith({}));
  await expect.poll(warned, { timeout: 20_000 }).toEqual({ status: 201, warnings: 0 });
});
