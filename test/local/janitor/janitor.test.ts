/** With nothing in AWS left to end them, the janitor ends overdue grants on a real API server, and nothing else. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bindRoleUser } from '#cluster/identities.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import { run } from '#local/processes.ts';
import { rbac } from '../onboard/looks.ts';
import { alice, type JanitorCluster, minute, pathOf, startJanitorCluster } from './janitor-cluster.ts';

let there: JanitorCluster;
beforeAll(async () => {
  there = await startJanitorCluster();
});
afterAll(() => there?.stop());
beforeEach(() => there.clear());

const inCheckout = ({ metadata }: RoleBinding) => void Object.assign(metadata, { namespace: 'checkout' });

async function aliceSees(namespace: string): Promise<string> {
  const args = ['get', 'pods', '-n', namespace, '--as', alice];
  const { code, stderr } = await kubectl(there.on.binaries, there.on.cluster.adminKubeconfig, args);
  return code === 0 ? 'pods' : (/Forbidden/.exec(stderr)?.[0] ?? stderr);
}
const soon = { timeout: 20_000 };

test('what is overdue by more than the grace is ended, and what lives is not touched', async () => {
  const over = await there.granted(10 * minute);
  const alsoOver = await there.granted(10 * minute, inCheckout);
  const nearly = await there.granted(11 * minute);
  const live = await there.granted(60 * minute, inCheckout);
  await expect.poll(() => aliceSees('payments'), soon).toBe('pods');

  there.front.ahead = 10 * minute + 91_000;
  const { code, stdout, stderr } = await there.janitor.run();
  expect(stderr).toBe('');
  expect(stdout).toContain('4 grants seen, 2 ended, 0 troubles.');
  for (const { metadata } of [over, alsoOver])
    expect(stdout).toContain(
      `RoleBinding ${metadata.namespace}/${metadata.name}: ended; it was to end at 20`,
    );
  expect(code).toBe(0);
  expect(await Promise.all([over, alsoOver, nearly, live].map(there.stands))).toEqual([
    false,
    false,
    true,
    true,
  ]);

  there.front.ahead = 11 * minute + 91_000;
  expect(await there.janitor.run()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 ended, 0 troubles'),
  });
  await expect.poll(() => aliceSees('payments'), soon).toBe('Forbidden');
  expect(await aliceSees('checkout')).toBe('pods');
});

test('its machine’s clock does not matter, nor its time zone', async () => {
  const live = await there.granted(10 * minute);
  const early = 'const now = Date.now; Date.now = () => now() + 3e10;';
  expect(await there.janitor.run({ imports: early })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 ended'),
  });
  expect(await there.stands(live)).toBe(true);
  there.front.ahead = 10 * minute + 91_000;
  const late = 'const now = Date.now; Date.now = () => now() - 3e10;';
  const env = { TZ: 'Pacific/Kiritimati' };
  expect(await there.janitor.run({ imports: late, env })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 ended'),
  });
});

test('what is foreign, of another deployment, or only half marked stays', async () => {
  const long = -60 * minute;
  const theirs = [
    there.grant(
      long,
      ({ metadata }) => void Object.assign(metadata.labels, { [marks.deployment]: 'staging' }),
    ),
    there.grant(long, ({ metadata }) => void Reflect.deleteProperty(metadata.labels, marks.deployment)),
    there.grant(long, ({ metadata }) => void Object.assign(metadata.labels, { [marks.managedBy]: 'helm' })),
    there.grant(
      long,
      ({ metadata }) => void Object.assign(metadata, { name: 'on-call', labels: { team: 'payments' } }),
    ),
  ];
  const own = there.grant(long);
  await there.smuggled(...theirs, own);
  expect(await there.janitor.run()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 grants seen, 1 ended'),
  });
  expect(await Promise.all(theirs.map(there.stands))).toEqual([true, true, true, true]);
  expect(await there.stands(own)).toBe(false);
});

test('of a grant that is for one task the RoleBinding is ended first and then its Role, but not while it lives', async () => {
  const over = await there.defined(10 * minute);
  const live = await there.defined(60 * minute);
  for (const { binding } of [over, live])
    await there.on.must({
      method: 'POST',
      path: pathOf(binding).replace(/\/[^/]*$/, ''),
      body: binding,
      as: bindRoleUser,
    });
  await expect.poll(() => aliceSees('payments'), soon).toBe('pods');
  there.front.ahead = 10 * minute + 91_000;
  const { code, stdout, stderr } = await there.janitor.run();
  expect(stderr).toBe('');
  expect(stdout).toContain('2 grants seen, 1 ended, 0 troubles. 2 Roles of tasks seen, 1 removed.');
  expect(code).toBe(0);
  const all = [over.role, over.binding, live.role, live.binding];
  expect(await Promise.all(all.map(there.stands))).toEqual([false, false, true, true]);
  const deleted = there.front.asked.filter((line) => line.startsWith('DELETE'));
  expect(deleted).toEqual([`DELETE ${pathOf(over.binding)}`, `DELETE ${pathOf(over.role)}`]);
});

test('a Role that was never bound is removed after its time, and one of another deployment or without marks is not', async () => {
  const { role } = await there.defined(minute);
  const { uid: _, ...metadata } = (await there.defined(minute)).role.metadata;
  const named = (name: string, labels: Record<string, string>) => ({
    ...role,
    metadata: { namespace: metadata.namespace, name, labels, annotations: metadata.annotations },
  });
  const theirs = [
    named(`${role.metadata.name.slice(0, -1)}z`, { ...metadata.labels, [marks.deployment]: 'staging' }),
    named('on-call', { team: 'payments' }),
  ];
  await there.smuggled(...theirs);
  there.front.ahead = minute + 91_000;
  const { code, stdout } = await there.janitor.run();
  expect(stdout).toContain('0 grants seen, 0 ended, 0 troubles. 2 Roles of tasks seen, 2 removed.');
  expect(code).toBe(0);
  expect(await there.stands(role)).toBe(false);
  expect(await Promise.all(theirs.map(there.stands))).toEqual([true, true]);
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
    const odd = there.grant(minute, ({ metadata }) => {
      if (written === undefined) delete metadata.annotations[marks.expiresAt];
      else metadata.annotations[marks.expiresAt] = written;
    });
    await there.smuggled(odd);
    there.front.ahead = 240 * minute;
    const first = await there.janitor.run();
    expect(first.stderr).toContain(
      `payments/${odd.metadata.name}: carries no readable curfew.dev/expires-at.`,
    );
    expect(first.code).toBe(1);
    expect(await there.stands(odd)).toBe(true);
    there.front.ahead = 240 * minute + 91_000;
    expect(await there.janitor.run()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 ended, 0 troubles'),
    });
    expect(await there.stands(odd)).toBe(false);
  },
);

test('more grants than fit on a page are all seen, and all that are overdue are ended', async () => {
  const bindings = Array.from({ length: 1_050 }, (_, i) =>
    there.grant(i % 2 === 0 ? -60 * minute : 60 * minute),
  );
  await there.smuggled(...bindings);
  const { code, stdout } = await there.janitor.run();
  expect(stdout).toContain('1050 grants seen, 525 ended, 0 troubles.');
  expect(code).toBe(0);
  expect(there.front.asked.filter((line) => line.startsWith(`GET ${rbac}/rolebindings?`))).toHaveLength(3);
  const { items } = await there.on.must({
    method: 'GET',
    path: `${rbac}/namespaces/payments/rolebindings?labelSelector=${marks.request}`,
  });
  expect(items).toHaveLength(525);
}, 120_000);

test('a RoleBinding that took the place of an overdue one meanwhile is left alone', async () => {
  const over = await there.granted(minute);
  const { namespace, name, labels, annotations } = over.metadata;
  const successor = { ...over, metadata: { namespace, name, labels, annotations } };
  there.front.ahead = minute + 91_000;
  there.front.before = async (method) => {
    if (method !== 'DELETE') return undefined;
    await there.on.must({ method: 'DELETE', path: pathOf(over) });
    const collection = pathOf(over).replace(/\/[^/]*$/, '');
    await there.on.must({ method: 'POST', path: collection, body: successor, as: bindRoleUser });
    return undefined;
  };
  expect(await there.janitor.run()).toMatchObject({ code: 0, stdout: expect.stringContaining('0 troubles') });
  const standing: RoleBinding = await there.on.must({ method: 'GET', path: pathOf(over) });
  expect(standing.metadata.uid).not.toBe(over.metadata.uid);
});

test('the runbook’s commands for the day when AWS is gone show what stands, and end all of it', async () => {
  const live = await there.granted(10 * minute);
  const own = { method: 'GET', path: `${rbac}/namespaces/payments/rolebindings/${bindRoleUser}` } as const;
  const runbook = await readFile(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
  const [, commands = ''] = /## When AWS is gone.*?```sh\n(.*?)```/s.exec(runbook) ?? [];
  const [look, end] = commands.trim().split('\n');
  const typed = (line = '') =>
    run({
      command: 'sh',
      args: ['-c', line],
      env: {
        PATH: `${path.dirname(there.on.binaries.kubectl)}:${process.env.PATH}`,
        KUBECONFIG: there.on.cluster.adminKubeconfig,
        // Where kubectl keeps what it has found out; without one it is the checkout.
        HOME: path.dirname(there.on.cluster.adminKubeconfig),
      },
    });
  const { metadata } = live;
  const shown = (await typed(look)).stdout.trim().split('\n');
  expect(shown).toHaveLength(2);
  expect(shown[1]?.split(/ +/)).toEqual([
    metadata.namespace,
    metadata.name,
    alice,
    metadata.annotations[marks.expiresAt],
  ]);
  expect(await typed(end)).toMatchObject({ code: 0 });
  expect(await there.stands(live)).toBe(false);
  expect((await there.on.api(own)).status).toBe(200);
});
