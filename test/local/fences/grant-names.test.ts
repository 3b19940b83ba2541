/** Names of grants on a real API server: nobody, not even a member of system:masters, takes one for a RoleBinding of their own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindRoleUser, surveyClusterUser, unbindRoleUser } from '#cluster/identities.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import {
  alice,
  collection,
  type FencedCluster,
  grant,
  plain,
  refusedBy,
  said,
  startFencedCluster,
} from './fenced-cluster.ts';

const helm = 'system:serviceaccount:kube-system:helm';

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster();
  await on.makeAdmin(helm);
});
afterAll(() => on?.stop());

const requestId = '01kag0000000000000000zzzzz';
const names: [what: string, name: string][] = [
  ['a grant', `curfew-${requestId}`],
  ['a grant, but in capitals', `curfew-${requestId.toUpperCase()}`],
  ['a grant, but for a letter more', `curfew-${requestId}0`],
  ['a grant, but for a letter less', `curfew-${requestId.slice(1)}`],
  ['anything of Curfew’s', 'curfew-break-glass'],
  ['nothing but Curfew', 'curfew-'],
  ['Curfew’s own rights', unbindRoleUser],
];

describe.each(names)('A RoleBinding named like %s, without our marks', (_, name) => {
  test.each([
    ['a member of system:masters', undefined],
    ['a service account that is cluster-admin', helm],
  ])('is not made by %s', async (_who, as) => {
    const own = plain(name);
    own.metadata.namespace = 'other';
    const refused = refusedBy('curfew-grant-forgery');
    expect(said(await on.create(own, as))).toEqual(refused);
    expect(said(await on.replace(own, as))).toEqual(refused);
  });

  test('is not made by server-side apply', async () => {
    const own = plain(name);
    own.metadata.namespace = 'other';
    const { code, stderr } = await kubectl(
      on.binaries,
      on.cluster.adminKubeconfig,
      ['apply', '--server-side', '-f', '-'],
      { input: JSON.stringify(own) },
    );
    expect(code).toBe(1);
    expect(stderr).toContain("ValidatingAdmissionPolicy 'curfew-grant-forgery'");
  });

  test.each([
    ['UnbindRole', unbindRoleUser, 'curfew-(broker-writes|grant-forgery)'],
    ['SurveyCluster', surveyClusterUser, 'curfew-(broker-writes|grant-forgery)'],
    ['BindRole', bindRoleUser, 'curfew-bind-role'],
    ['somebody with a grant', alice, 'curfew-(people|grant-forgery)'],
  ])('is not made by %s, had they every right', async (_who, as, fence) => {
    expect(said(await on.create(plain(name), as))).toEqual({
      status: 422,
      message: expect.stringMatching(`ValidatingAdmissionPolicy '${fence}'`),
    });
  });
});

test.each([
  ['the beginning of our names', 'curfew-'],
  ['what may become the name of a grant', `curfew-${requestId.slice(5)}`],
])('A name that the server makes up from %s is refused like any other', async (_, generateName) => {
  const own = plain('x');
  const metadata: Partial<RoleBinding['metadata']> = { ...own.metadata, generateName } as object;
  delete metadata.name;
  // Each time it is another: not all of them look like a grant's.
  for (let times = 0; times < 5; times++) {
    const answer = await on.api({ method: 'POST', path: collection('payments'), body: { ...own, metadata } });
    expect(said(answer)).toEqual(refusedBy('curfew-grant-forgery'));
  }
});

test.each(['curfew', 'my-curfew-x', 'Curfew-x'])('The name %s is free', async (name) => {
  const own = plain(name);
  expect((await on.create(own)).status).toBe(201);
  expect((await on.remove(own)).status).toBe(200);
});

test('A RoleBinding of this name from before the fences can still be changed and deleted, but not made a grant', async () => {
  const own = plain('curfew-older');
  own.metadata.namespace = 'other';
  await on.unfenced(() => on.create(own));
  own.subjects = [];
  expect((await on.replace(own)).status).toBe(200);
  own.metadata.labels = grant().metadata.labels;
  expect(said(await on.replace(own))).toEqual(refusedBy('curfew-grant-update'));
  expect((await on.remove(own)).status).toBe(200);
});

test('A backup that is restored does not bring a grant back', async () => {
  const binding = grant();
  const { metadata, ...content } = await on.made(binding);
  expect((await on.remove(binding)).status).toBe(200);
  const { name, namespace, labels, annotations } = metadata;
  const restored = { ...content, metadata: { name, namespace, labels, annotations } } as RoleBinding;
  expect(restored.metadata.labels[marks.request]).toBeDefined();
  for (const as of [undefined, helm]) {
    expect(said(await on.create(restored, as))).toEqual(refusedBy('curfew-grant-forgery'));
  }
});
