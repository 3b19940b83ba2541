/** With nothing in AWS left to end them, the janitor ends overdue grants on a real API server, and nothing else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bindRoleUser } from '#cluster/identities.ts';
import { instantOf } from '#domain/instant.ts';
import { bindingName } from '#domain/request.ts';
import { marks, type RoleBinding, roleBindingsOf } from '#domain/role-binding.ts';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import { catalogOf, deployment, startTestCluster, type TestCluster } from '../onboard/cluster.ts';
import { clusterRoles, rbac, run, whileUnfenced } from '../onboard/looks.ts';
import { type Front, startFront } from './front.ts';
import { type StandingJanitor, standingJanitor } from './standing-janitor.ts';

const alice = 'curfew:111122223333:Developer:alice@example.com';
const minute = 60_000;
const { podReader } = clusterRoles(catalogOf());
const pathOf = ({ metadata: { namespace, name } }: RoleBinding) =>
  `${rbac}/namespaces/${namespace}/rolebindings/${name}`;

let dir: string;
let on: TestCluster;
let front: Front;
let janitor: StandingJanitor;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'curfew-janitor-'));
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout', 'other');
  await run(on);
  front = await startFront(on.cluster, path.join(dir, 'pki'));
  janitor = await standingJanitor(on, front, dir);
});
afterAll(async () => {
  await front?.stop();
  await on?.stop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  Object.assign(front, { ahead: 0, before: async () => undefined, asked: [] });
});
afterEach(async () => {
  for (const namespace of ['payments', 'checkout', 'other']) {
    const collection = `${rbac}/namespaces/${namespace}/rolebindings`;
    for (const labelSelector of [marks.request, 'team'])
      await on.must({
        method: 'DELETE',
        path: `${collection}?labelSelector=${encodeURIComponent(labelSelector)}`,
      });
  }
});

let made = 0;
function grant(lastsMs: number, change: (binding: RoleBinding) => void = () => {}): RoleBinding {
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
}

/** As BindRole makes it. */
async function granted(lastsMs: number, change?: (binding: RoleBinding) => void): Promise<RoleBinding> {
  const body = grant(lastsMs, change);
  const path = `${rbac}/namespaces/${body.metadata.namespace}/rolebindings`;
  return on.must({ method: 'POST', path, body, as: bindRoleUser });
}

const inCheckout = ({ metadata }: RoleBinding) => void Object.assign(metadata, { namespace: 'checkout' });

/** Made behind the fences' back, which are up again afterwards. */
async function smuggled(...bindings: RoleBinding[]): Promise<void> {
  const left = [...bindings];
  await whileUnfenced(on, async () => {
    for (let body = left[0]; body; body = left[0]) {
      await on.must({
        method: 'POST',
        path: `${rbac}/namespaces/${body.metadata.namespace}/rolebindings`,
        body,
      });
      left.shift();
    }
  });
  await run(on);
}

const stands = async (binding: RoleBinding) =>
  (await on.api({ method: 'GET', path: pathOf(binding) })).status === 200;

async function aliceSees(namespace: string): Promise<string> {
  const args = ['get', 'pods', '-n', namespace, '--as', alice];
  const { code, stderr } = await kubectl(on.binaries, on.cluster.adminKubeconfig, args);
  return code === 0 ? 'pods' : (/Forbidden/.exec(stderr)?.[0] ?? stderr);
}
const soon = { timeout: 20_000 };

test('what is overdue by more than the grace is ended, and what lives is not touched', async () => {
  const over = await granted(10 * minute);
  const alsoOver = await granted(10 * minute, inCheckout);
  const nearly = await granted(11 * minute);
  const live = await granted(60 * minute, inCheckout);
  await expect.poll(() => aliceSees('payments'), soon).toBe('pods');

  front.ahead = 10 * minute + 91_000;
  const { code, stdout, stderr } = await janitor.run();
  expect(stderr).toBe('');
  expect(stdout).toContain('4 grants seen, 2 ended, 0 troubles.');
  for (const { metadata } of [over, alsoOver])
    expect(stdout).toContain(
      `RoleBinding ${metadata.namespace}/${metadata.name}: ended; it was to end at 20`,
    );
  expect(code).toBe(0);
  expect(await Promise.all([over, alsoOver, nearly, live].map(stands))).toEqual([false, false, true, true]);

  front.ahead = 11 * minute + 91_000;
  expect(await janitor.run()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 ended, 0 troubles'),
  });
  await expect.poll(() => aliceSees('payments'), soon).toBe('Forbidden');
  expect(await aliceSees('checkout')).toBe('pods');
});

test('its machine’s clock does not matter, nor its time zone', async () => {
  const live = await granted(10 * minute);
  const early = 'const now = Date.now; Date.now = () => now() + 3e10;';
  expect(await janitor.run({ imports: early })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 ended'),
  });
  expect(await stands(live)).toBe(true);
  front.ahead = 10 * minute + 91_000;
  const late = 'const now = Date.now; Date.now = () => now() - 3e10;';
  const env = { TZ: 'Pacific/Kiritimati' };
  expect(await janitor.run({ imports: late, env })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 ended'),
  });
});

test('what is foreign, of another deployment, or only half marked stays', async () => {
  const long = -60 * minute;
  const theirs = [
    grant(long, ({ metadata }) => void Object.assign(metadata.labels, { [marks.deployment]: 'staging' })),
    grant(long, ({ metadata }) => void Reflect.deleteProperty(metadata.labels, marks.deployment)),
    grant(long, ({ metadata }) => void Object.assign(metadata.labels, { [marks.managedBy]: 'helm' })),
    grant(
      long,
      ({ metadata }) => void Object.assign(metadata, { name: 'on-call', labels: { team: 'payments' } }),
    ),
  ];
  const own = grant(long);
  await smuggled(...theirs, own);
  expect(await janitor.run()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 grants seen, 1 ended'),
  });
  expect(await Promise.all(theirs.map(stands))).toEqual([true, true, true, true]);
  expect(await stands(own)).toBe(false);
});

test.each([
  ['no', undefined],
  ['an empty', ''],
  ['a foreign form of', 'tomorrow'],
  ['an impossible', '2026-02-31T25:00:00.000Z'],
  ['a zoneless', '2026-01-01T00:00:00.000'],
])(
  'with %s time of its end a grant is reported, and ended when even the longest one would be over',
  async (_, written) => {
    const odd = grant(minute, ({ metadata }) => {
      if (written === undefined) delete metadata.annotations[marks.expiresAt];
      else metadata.annotations[marks.expiresAt] = written;
    });
    await smuggled(odd);
    front.ahead = 240 * minute;
    const first = await janitor.run();
    expect(first.stderr).toContain(
      `payments/${odd.metadata.name}: carries no readable curfew.dev/expires-at.`,
    );
    expect(first.code).toBe(1);
    expect(await stands(odd)).toBe(true);
    front.ahead = 240 * minute + 91_000;
    expect(await janitor.run()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 ended, 0 troubles'),
    });
    expect(await stands(odd)).toBe(false);
  },
);

test('more grants than fit on a page are all seen, and all that are overdue are ended', async () => {
  const bindings = Array.from({ length: 1_050 }, (_, i) => grant(i % 2 === 0 ? -60 * minute : 60 * minute));
  await smuggled(...bindings);
  const { code, stdout } = await janitor.run();
  expect(stdout).toContain('1050 grants seen, 525 ended, 0 troubles.');
  expect(code).toBe(0);
  expect(front.asked.filter((line) => line.startsWith(`GET ${rbac}/rolebindings?`))).toHaveLength(3);
  const { items } = await on.must({
    method: 'GET',
    path: `${rbac}/namespaces/payments/rolebindings?labelSelector=${marks.request}`,
  });
  expect(items).toHaveLength(525);
}, 120_000);

describe('It exits with 1, and ends what it can,', () => {
  test('when a delete is refused', async () => {
    const [one, other] = [await granted(minute), await granted(minute)];
    front.ahead = minute + 91_000;
    front.before = async (method, asked) => (method === 'DELETE' && asked === pathOf(one) ? 503 : undefined);
    const { code, stdout, stderr } = await janitor.run();
    expect(stderr).toContain(
      `${one.metadata.name}: still stands. DELETE was answered 503, GET 200: not today`,
    );
    expect(stdout).toContain('2 grants seen, 1 ended, 1 troubles.');
    expect(code).toBe(1);
    expect(await Promise.all([one, other].map(stands))).toEqual([true, false]);
  });

  test('when a finalizer holds one', async () => {
    const held = grant(-60 * minute);
    Object.assign(held.metadata, { finalizers: ['example.com/wait'] });
    await smuggled(held);
    const { code, stderr } = await janitor.run();
    expect(stderr).toContain('its finalizers hold it: example.com/wait');
    expect(code).toBe(1);
    const standing = await on.must({ method: 'GET', path: pathOf(held) });
    delete standing.metadata.finalizers;
    await on.must({ method: 'PUT', path: pathOf(held), body: standing });
  });

  test.each([500, 410, 403])('when the list is answered %i', async (status) => {
    front.before = async (_, asked) => (asked.includes('limit=') ? status : undefined);
    const { code, stderr } = await janitor.run();
    expect(stderr).toBe(`Listing RoleBindings was answered ${status}: not today\n`);
    expect(code).toBe(1);
  });

  test('when the API server does not say what time it is', async () => {
    await granted(10 * minute);
    front.ahead = undefined;
    const { code, stderr } = await janitor.run();
    expect(stderr).toBe('The API server did not say what time it is.\n');
    expect(code).toBe(1);
  });

  test('when there is no API server, or one that its CA does not know', async () => {
    const nowhere = await janitor.run({ env: { KUBERNETES_SERVICE_PORT: '1' } });
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') });
    const another = await janitor.run({ env: { KUBERNETES_SERVICE_PORT: new URL(on.cluster.url).port } });
    expect(another).toMatchObject({ code: 1, stderr: expect.stringContaining('certificate') });
  });
});

test('a RoleBinding that took the place of an overdue one meanwhile is left alone', async () => {
  const over = await granted(minute);
  const { namespace, name, labels, annotations } = over.metadata;
  const successor = { ...over, metadata: { namespace, name, labels, annotations } };
  front.ahead = minute + 91_000;
  front.before = async (method) => {
    if (method !== 'DELETE') return undefined;
    await on.must({ method: 'DELETE', path: pathOf(over) });
    const collection = pathOf(over).replace(/\/[^/]*$/, '');
    await on.must({ method: 'POST', path: collection, body: successor, as: bindRoleUser });
    return undefined;
  };
  expect(await janitor.run()).toMatchObject({ code: 0, stdout: expect.stringContaining('0 troubles') });
  const standing: RoleBinding = await on.must({ method: 'GET', path: pathOf(over) });
  expect(standing.metadata.uid).not.toBe(over.metadata.uid);
});
