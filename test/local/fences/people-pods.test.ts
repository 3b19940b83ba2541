/** Pods that people with a grant start or change on a real API server, though they are cluster-admins here: each refusal is a fence's. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesCall } from '../../../cli/onboard/kubernetes-call.ts';
import { alice, done, type FencedCluster, refusedBy, said, startFencedCluster } from './fenced-cluster.ts';
import { making, type PodSpec, plainPod, workloadKinds } from './pods.ts';

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster();
});
afterAll(() => on?.stop());

const asAlice = async (call: KubernetesCall) => said(await on.api({ ...call, as: alice }));

const container = (change: (container: PodSpec) => void) => (spec: PodSpec) => change(spec.containers[0]);
const secure = (more: object) => container((c) => Object.assign(c.securityContext, more));

const outside: [string, (spec: PodSpec) => void][] = [
  ['privileged', secure({ privileged: true })],
  ['with a capability more', secure({ capabilities: { add: ['SYS_ADMIN'] } })],
  ['without a system call filter', secure({ seccompProfile: { type: 'Unconfined' } })],
  ['without AppArmor', secure({ appArmorProfile: { type: 'Unconfined' } })],
  [
    'unconfined as a whole',
    (s) => void Object.assign(s, { securityContext: { seccompProfile: { type: 'Unconfined' } } }),
  ],
  ["in the node's network", (s) => void Object.assign(s, { hostNetwork: true })],
  ["among the node's processes", (s) => void Object.assign(s, { hostPID: true })],
  ["in the node's shared memory", (s) => void Object.assign(s, { hostIPC: true })],
  [
    'with a folder of the node',
    (s) => void Object.assign(s, { volumes: [{ name: 'node', hostPath: { path: '/' } }] }),
  ],
  [
    'on a port of the node',
    container((c) => Object.assign(c, { ports: [{ containerPort: 80, hostPort: 80 }] })),
  ],
  [
    'privileged in a container that only prepares',
    (s) =>
      void Object.assign(s, {
        initContainers: [
          { ...s.containers[0], name: 'prepare', securityContext: { privileged: true, runAsNonRoot: true } },
        ],
      }),
  ],
];

const asRoot: [string, (spec: PodSpec) => void][] = [
  ['as root by its number', secure({ runAsUser: 0, runAsNonRoot: false })],
  ['as whoever the image says', container((c) => void delete c.securityContext)],
  [
    'as whoever the image says, though the pod is asked',
    (s) =>
      void Object.assign(s, {
        securityContext: { runAsNonRoot: false },
        containers: [{ ...s.containers[0], securityContext: {} }],
      }),
  ],
  [
    'as root in one of its containers',
    (s) => void s.containers.push({ name: 'second', image: 'x', securityContext: { runAsUser: 0 } }),
  ],
  [
    'as root in a container that only prepares',
    (s) => void Object.assign(s, { initContainers: [{ name: 'prepare', image: 'x' }] }),
  ],
];

describe('N54: pods by people with a grant', () => {
  test.each(workloadKinds)('are made as a %s when they are plain', async (kind) => {
    expect(await asAlice(making(kind, plainPod()))).toEqual(done(201));
  });

  for (const kind of workloadKinds) {
    test.each([...outside, ...asRoot])(`are not made as a ${kind} %s`, async (_, change) => {
      const call = making(kind, plainPod(change));
      expect(await asAlice({ ...call, path: `${call.path}?dryRun=All` })).toEqual(
        refusedBy('curfew-people-pods'),
      );
    });
  }

  test('are made by others as before', async () => {
    for (const [, change] of [...outside, ...asRoot])
      expect((await on.api(making('Deployment', plainPod(change)))).status).toBe(201);
  });

  test('are not put on a node of choice, in any way', async () => {
    expect(
      await asAlice(
        making(
          'Pod',
          plainPod((s) => void Object.assign(s, { nodeName: 'node-1' })),
        ),
      ),
    ).toEqual(refusedBy('curfew-people-pods'));
    await on.must(making('Pod', plainPod(), 'to-be-placed'));
    const target = { apiVersion: 'v1', kind: 'Node', name: 'node-1' };
    const pods = '/api/v1/namespaces/payments';
    for (const path of [`${pods}/pods/to-be-placed/binding`, `${pods}/bindings`]) {
      const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'to-be-placed' }, target };
      expect(await asAlice({ method: 'POST', path, body })).toEqual(refusedBy('curfew-people-revisions'));
    }
  });

  test('are not smuggled into a revision, to which a rollback would lead', async () => {
    const call: KubernetesCall = {
      method: 'POST',
      path: '/apis/apps/v1/namespaces/payments/controllerrevisions',
      body: {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: 'smuggled' },
        revision: 2,
        data: { spec: { template: { spec: plainPod() } } },
      },
    };
    expect(await asAlice(call)).toEqual(refusedBy('curfew-people-revisions'));
  });
});

/** A deployment that somebody else made. */
async function standing(change: (spec: PodSpec) => void = () => {}) {
  const call = making('Deployment', plainPod(change));
  const made = await on.must(call);
  return {
    made,
    put: (body: object) => asAlice({ method: 'PUT', path: `${call.path}/${made.metadata.name}`, body }),
  };
}

describe('What runs already', () => {
  const newImage = (made: PodSpec) => {
    made.spec.template.spec.containers[0].image = 'registry.example/app:2';
  };

  test.each([...outside, ...asRoot])('is scaled and restarted, also where it runs %s', async (_, change) => {
    const { made, put } = await standing(change);
    made.spec.replicas = 3;
    made.spec.template.metadata.annotations = { 'kubectl.kubernetes.io/restartedAt': 'now' };
    expect(await put(made)).toEqual(done(200));
  });

  test.each(outside)('gets no other image where it runs %s', async (_, change) => {
    const { made, put } = await standing(change);
    newImage(made);
    expect(await put(made)).toEqual(refusedBy('curfew-people-pods'));
  });

  test.each(asRoot)('gets another image where it ran %s, as nothing is gained by it', async (_, change) => {
    const { made, put } = await standing(change);
    newImage(made);
    expect(await put(made)).toEqual(done(200));
  });

  test.each(asRoot)('is not made to run %s', async (_, change) => {
    const { made, put } = await standing();
    change(made.spec.template.spec);
    expect(await put(made)).toEqual(refusedBy('curfew-people-pods'));
  });

  test('keeps its settings where they are the whole pod’s', async () => {
    const { made, put } = await standing((s) => {
      s.securityContext = { runAsUser: 1000 };
      delete s.containers[0].securityContext;
    });
    newImage(made);
    made.spec.template.spec.securityContext.runAsUser = 0;
    expect(await put(made)).toEqual(refusedBy('curfew-people-pods'));
  });
});

describe('N54: a debug container', () => {
  const added = async (pod: string, securityContext: object | undefined) => {
    const path = `/api/v1/namespaces/payments/pods/${pod}`;
    const body = await on.must({ method: 'GET', path });
    body.spec.ephemeralContainers = [
      { name: 'debug', image: 'x', securityContext, terminationMessagePolicy: 'File' },
    ];
    return asAlice({ method: 'PUT', path: `${path}/ephemeralcontainers?dryRun=All`, body });
  };

  test('is added when it is plain, also to a pod that runs as root', async () => {
    await on.must(making('Pod', plainPod(), 'plain'));
    await on.must(making('Pod', plainPod(secure({ runAsNonRoot: false })), 'as-root'));
    for (const pod of ['plain', 'as-root'])
      expect(await added(pod, { runAsNonRoot: true })).toEqual(done(200));
  });

  test.each([
    ['privileged', { privileged: true, runAsNonRoot: true }],
    ['with a capability more', { capabilities: { add: ['SYS_PTRACE'] }, runAsNonRoot: true }],
    ['as root', { runAsUser: 0 }],
    ['as whoever its image says', undefined],
  ])('is not added %s', async (_, securityContext) => {
    expect(await added('plain', securityContext)).toEqual(refusedBy('curfew-people-pods'));
  });

  test('is not added to a pod that reaches into its node', async () => {
    await on.must(
      making(
        'Pod',
        plainPod((s) => void Object.assign(s, { hostNetwork: true })),
        'on-node',
      ),
    );
    expect(await added('on-node', { runAsNonRoot: true })).toEqual(refusedBy('curfew-people-pods'));
  });
});

describe('The fences around people', () => {
  test('judge by the group too, whatever name an entry of ours has lost', async () => {
    const other = 'mallory';
    await on.makeAdmin(other);
    const privileged = making('Pod', plainPod(secure({ privileged: true })));
    const group = `curfew:principal:${'0'.repeat(32)}`;
    const answer = await on.api({ ...privileged, as: other, asGroups: [group] });
    expect(said(answer)).toEqual(refusedBy('curfew-people-pods'));
    expect((await on.api({ ...privileged, as: other })).status).toBe(201);
  });
});
