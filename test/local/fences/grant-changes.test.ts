/** Every way in which kubectl changes an object, tried on a grant by a member of system:masters; and that deleting stays free. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { unbindRoleUser } from '#cluster/identities.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import { kubectl as run } from '#local/kubernetes/kubectl.ts';
import { type FencedCluster, inFuture, pathOf, plain, startFencedCluster } from './fenced-cluster.ts';

/** Changes objects of all kinds on a real cluster, so it may write grants too. */
const collector = 'system:serviceaccount:kube-system:generic-garbage-collector';

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster();
  await on.makeAdmin(collector);
});
afterAll(() => on?.stop());
afterEach(() => on.removeGrants());

const kubectl = (args: string[], input?: object) =>
  run(on.binaries, on.cluster.adminKubeconfig, ['-n', 'payments', ...args], {
    ...(input ? { input: JSON.stringify(input) } : {}),
  });
const standing = async (binding: RoleBinding) =>
  (await on.api({ method: 'GET', path: pathOf(binding) })).body;

const mallory = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' } as const;
const patch = (type: 'json' | 'merge' | 'strategic', change: object) => (name: string) => [
  ...['patch', 'rolebinding', name, '--type', type, '-p', JSON.stringify(change)],
];
const labels = (change: string) => (name: string) => ['label', '--overwrite', 'rolebinding', name, change];
const annotations = (change: string) => (name: string) => [
  ...['annotate', '--overwrite', 'rolebinding', name, change],
];
const later = inFuture(8 * 3600_000);

describe('A grant is not changed by kubectl', () => {
  test.each<[what: string, args: (name: string) => string[]]>([
    ['label, taking the mark of who manages it off', labels(`${marks.managedBy}-`)],
    ['label, taking its request off', labels(`${marks.request}-`)],
    ['label, giving it to another deployment', labels(`${marks.deployment}=mine`)],
    ['label, giving it to another request', labels(`${marks.request}=${'0'.repeat(26)}`)],
    ['label, adding one', labels('team=payments')],
    ['annotate, with a later end', annotations(`${marks.expiresAt}=${later}`)],
    ['annotate, without an end', annotations(`${marks.expiresAt}-`)],
    ['annotate, with a later create-before', annotations(`${marks.createBefore}=${later}`)],
    ['annotate, without create-before', annotations(`${marks.createBefore}-`)],
    ['annotate, adding one', annotations('note=keep')],
    ['set subject', (name) => ['set', 'subject', 'rolebinding', name, '--user=mallory']],
    ['patch (json), adding a subject', patch('json', [{ op: 'add', path: '/subjects/-', value: mallory }])],
    ['patch (json), without subjects', patch('json', [{ op: 'remove', path: '/subjects' }])],
    ['patch (json), without labels', patch('json', [{ op: 'remove', path: '/metadata/labels' }])],
    ['patch (merge), with another subject', patch('merge', { subjects: [mallory] })],
    ['patch (merge), without annotations', patch('merge', { metadata: { annotations: null } })],
    ['patch (strategic), with another subject', patch('strategic', { subjects: [mallory] })],
    ['patch, with a finalizer', patch('merge', { metadata: { finalizers: ['example.com/keep'] } })],
    [
      'patch, with an owner',
      patch('merge', {
        metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' }] },
      }),
    ],
  ])('%s', async (_, args) => {
    const made = await on.made();
    const { code, stderr } = await kubectl(args(made.metadata.name));
    expect(stderr).toContain("ValidatingAdmissionPolicy 'curfew-grant-update'");
    expect(code).toBe(1);
    expect(await standing(made)).toEqual(made);
  });

  test.each([
    ['apply', ['apply', '-f', '-']],
    ['apply, server-side', ['apply', '--server-side', '--force-conflicts', '-f', '-']],
    ['replace', ['replace', '-f', '-']],
  ])('%s, adding a subject', async (_, args) => {
    const made = await on.made();
    const { apiVersion, kind, metadata, roleRef, subjects } = made;
    const { name, namespace, labels: same } = metadata;
    const wider = {
      apiVersion,
      kind,
      metadata: { name, namespace, labels: same, annotations: metadata.annotations },
      roleRef,
      subjects: [...subjects, mallory],
    };
    const { code, stderr } = await kubectl(args, wider);
    expect(stderr).toContain("ValidatingAdmissionPolicy 'curfew-grant-update'");
    expect(code).toBe(1);
    expect(await standing(made)).toEqual(made);
  });

  test('by no other identity that may write everything, such as the garbage collector', async () => {
    const made = await on.made();
    const { stderr } = await kubectl([...labels('team=x')(made.metadata.name), '--as', collector]);
    expect(stderr).toContain("ValidatingAdmissionPolicy 'curfew-grant-update'");
  });

  test('replace --force, which deletes it: no other comes in its place', async () => {
    const made = await on.made();
    const own = plain(made.metadata.name);
    const { code, stderr } = await kubectl(['replace', '--force', '-f', '-'], own);
    expect(stderr).toContain("ValidatingAdmissionPolicy 'curfew-grant-forgery'");
    expect(code).toBe(1);
    expect((await standing(made)).reason).toBe('NotFound');
  });
});

describe('A grant is deleted by an administrator', () => {
  test.each([
    ['by name', (name: string) => [name]],
    ['by label', () => ['-l', marks.request]],
  ])('%s', async (_, which) => {
    const made = await on.made();
    const { code } = await kubectl(['delete', 'rolebinding', ...which(made.metadata.name)]);
    expect(code).toBe(0);
    expect((await standing(made)).reason).toBe('NotFound');
  });

  describe.each([
    ['foreground', 'foregroundDeletion'],
    ['orphan', 'orphan'],
  ])(
    'with --cascade=%s, after which it stands and grants until its finalizer is off',
    (cascade, finalizer) => {
      const deleted = async () => {
        const made = await on.made();
        const { name } = made.metadata;
        await kubectl(['delete', 'rolebinding', name, `--cascade=${cascade}`, '--wait=false']);
        expect((await standing(made)).metadata.finalizers).toEqual([finalizer]);
        return made;
      };

      test('which the garbage collector may take off', async () => {
        const made = await deleted();
        const takeOff = patch('merge', { metadata: { finalizers: null } })(made.metadata.name);
        expect((await kubectl([...takeOff, '--as', collector])).stderr).toBe('');
        expect((await standing(made)).reason).toBe('NotFound');
      });

      test('which UnbindRole need not wait for: a delete in the background takes it off', async () => {
        const made = await deleted();
        const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
        const answer = await on.api({ method: 'DELETE', path: pathOf(made), body, as: unbindRoleUser });
        expect(answer.status).toBe(200);
        expect((await standing(made)).reason).toBe('NotFound');
      });
    },
  );
});
