/** Grants of a task on a real API server: nobody forges, changes, adopts or unmarks the Role of one, and it can always be deleted. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  bindRoleUser,
  brokerUsers,
  defineRoleUser,
  janitorAccount,
  surveyClusterUser,
  unbindRoleUser,
} from '#cluster/identities.ts';
import { marks } from '#domain/role-binding.ts';
import type { TaskRole } from '#domain/task-role.ts';
import {
  alice,
  annotate,
  deployer,
  done,
  type FencedCluster,
  inFuture,
  pathOf,
  refusedBy,
  rolesIn,
  said,
  startFencedCluster,
  task,
} from './fenced-cluster.ts';

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster();
});
afterAll(() => on?.stop());
afterEach(() => on.removeGrants());

/** A Role without a mark, as anybody might write one. */
function plain(name: string): TaskRole {
  const { role } = task();
  return { ...role, metadata: { name, namespace: 'payments', labels: {}, annotations: {} } };
}

test('A task’s Role gives its person exactly what it says, from when it is bound until either is deleted', async () => {
  const bob = 'curfew:111122223333:Developer:bob@example.com';
  const { role, binding } = task((_, { subjects: [subject] }) => {
    if (subject) subject.name = bob;
  });
  const pods = '/api/v1/namespaces/payments/pods';
  const status = async (path: string) => (await on.api({ method: 'GET', path, as: bob })).status;
  await on.made(role);
  expect(await status(`${pods}/web-7d9`)).toBe(403);
  await on.made(binding);
  // Allowed, and not there.
  await expect.poll(() => status(`${pods}/web-7d9`), { timeout: 20_000 }).toBe(404);
  for (const more of [
    pods,
    `${pods}/web-2`,
    `${pods}/web-7d9/log`,
    '/api/v1/namespaces/checkout/pods/web-7d9',
  ])
    expect(await status(more)).toBe(403);
  expect((await on.remove(role, unbindRoleUser)).status).toBe(200);
  await expect.poll(() => status(`${pods}/web-7d9`), { timeout: 20_000 }).toBe(403);
});

describe('Nobody but DefineRole makes the Role of a grant', () => {
  const { role } = task();
  const others = [undefined, alice, ...brokerUsers.filter((user) => user !== defineRoleUser)];
  test.each(others)('not %s, a cluster-admin', async (as) => {
    expect(said(await on.create(role, as))).toEqual({
      status: 422,
      message: expect.stringMatching(
        /ValidatingAdmissionPolicy 'curfew-(grant-forgery|broker-writes|people)'/,
      ),
    });
  });

  test.each<[string, (role: TaskRole) => void]>([
    ['the name of one', (r) => void Object.assign(r.metadata, { name: role.metadata.name })],
    ['a name that begins as ours do', (r) => void Object.assign(r.metadata, { name: 'curfew-reader' })],
    [
      'the name of the broker’s rights',
      (r) => void Object.assign(r.metadata, { name: defineRoleUser, namespace: 'other' }),
    ],
    [
      'a name that the server makes up from ours',
      (r) => void Object.assign(r.metadata, { name: undefined, generateName: 'curfew-' }),
    ],
    ['the label of a request', (r) => void Object.assign(r.metadata.labels, { [marks.request]: 'x' })],
    [
      'the label of who manages it',
      (r) => void Object.assign(r.metadata.labels, { [marks.managedBy]: 'curfew' }),
    ],
  ])('not by %s alone', async (_, change) => {
    const forged = plain('plain');
    change(forged);
    const answer = await on.api({ method: 'POST', path: rolesIn(forged.metadata.namespace), body: forged });
    expect(said(answer)).toEqual(refusedBy('curfew-grant-forgery'));
  });

  test('but Roles of their own are nobody’s business', async () => {
    const own = plain('payments-team');
    own.metadata.labels = { [marks.managedBy]: 'helm' };
    expect(said(await on.create(own))).toEqual(done(201));
    own.rules = [];
    expect(said(await on.replace(own))).toEqual(done(200));
    expect((await on.remove(own)).status).toBe(200);
  });
});

describe('The Role of a grant is never changed', () => {
  const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
  const edits: [what: string, edit: (role: TaskRole) => void][] = [
    ['wider rules', (r) => void r.rules.push(secrets)],
    ['a verb more', (r) => void r.rules[0]?.verbs.push('delete')],
    ['no names, which is all of them', (r) => void delete r.rules[0]?.resourceNames],
    ['no rules', (r) => void Object.assign(r, { rules: [] })],
    ['another end', annotate(marks.expiresAt, inFuture(8 * 3600_000))],
    ['other bounds', annotate(marks.within, deployer)],
    ['its mark taken off', (r) => void delete r.metadata.labels[marks.managedBy]],
    ['all its labels taken off', (r) => void Object.assign(r.metadata, { labels: {} })],
    ['a label more', (r) => void Object.assign(r.metadata.labels, { more: 'x' })],
    ['a finalizer', (r) => void Object.assign(r.metadata, { finalizers: ['x.com/y'] })],
    [
      'an owner',
      (r) =>
        void Object.assign(r.metadata, {
          ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' }],
        }),
    ],
  ];
  test.each(edits)('not given %s, even by a cluster-admin', async (_, edit) => {
    const standing = await on.made(task().role);
    edit(standing);
    expect(said(await on.replace(standing))).toEqual(refusedBy('curfew-grant-update'));
  });

  test.each([...brokerUsers, alice])('not by %s', async (as) => {
    const standing = await on.made(task().role);
    standing.rules = [secrets];
    expect((await on.replace(standing, as)).status).toBe(422);
    // Nor as it is.
    if (as !== alice) standing.rules = task().role.rules;
    expect(said(await on.replace(standing, as)).status).toBe(422);
  });

  test('and no other Role is made into one', async () => {
    const own = plain('adopted');
    expect((await on.create(own)).status).toBe(201);
    own.metadata.labels = task().role.metadata.labels;
    expect(said(await on.replace(own))).toEqual(refusedBy('curfew-grant-update'));
    expect((await on.remove(own)).status).toBe(200);
  });

  test('but it may be written as it is, as storage migration does', async () => {
    const standing = await on.made(task().role);
    expect(said(await on.replace(standing))).toEqual(done(200));
  });

  test('and a foreground delete can be finished', async () => {
    const standing = await on.made(task().role);
    const path = pathOf(standing);
    await on.must({
      method: 'DELETE',
      path,
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' },
    });
    const stuck = await on.must({ method: 'GET', path });
    expect(stuck.metadata.finalizers).toEqual(['foregroundDeletion']);
    delete stuck.metadata.finalizers;
    expect((await on.replace({ ...stuck, kind: 'Role' })).status).toBe(200);
    expect((await on.api({ method: 'GET', path })).status).toBe(404);
  });
});

describe('Deleting the Role of a grant', () => {
  test.each([
    ['UnbindRole', unbindRoleUser],
    ['the janitor', janitorAccount.username],
    ['a cluster-admin', undefined],
  ])('is let %s', async (_, as) => {
    if (as === janitorAccount.username) await on.makeAdmin(as);
    const { role } = task();
    await on.made(role);
    expect((await on.remove(role, as)).status).toBe(200);
  });

  test.each([bindRoleUser, defineRoleUser, surveyClusterUser])(
    'is not let %s, had it every right',
    async (as) => {
      const { role } = task();
      await on.made(role);
      expect(said(await on.remove(role, as))).toEqual(refusedBy('curfew-broker-deletes'));
    },
  );

  test.each([
    ['of others', 'payments-team'],
    ['that gives UnbindRole its own rights', unbindRoleUser],
    ['that gives DefineRole its rights', defineRoleUser],
  ])('UnbindRole is refused, of a Role %s', async (_, name) => {
    const own = plain(name);
    if (name === 'payments-team') expect((await on.create(own)).status).toBe(201);
    expect(said(await on.remove(own, unbindRoleUser))).toEqual(refusedBy('curfew-broker-deletes'));
    if (name === 'payments-team') await on.remove(own);
  });

  test('works with every label stripped while the fences were down, and with all policies gone', async () => {
    const standing = await on.made(task().role);
    standing.metadata.labels = {};
    await on.unfenced(() => on.replace(standing));
    expect((await on.remove(standing, unbindRoleUser)).status).toBe(200);
    const { role } = task();
    await on.made(role);
    await on.must({
      method: 'DELETE',
      path: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    });
    expect((await on.remove(role, unbindRoleUser)).status).toBe(200);
    await on.putUpFences();
  });
});
