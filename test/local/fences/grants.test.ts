/** Grants on a real API server: nobody forges, changes or unmarks one, and UnbindRole can always delete it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bindRoleUser, surveyClusterUser, unbindRoleUser } from '#cluster/identities.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import {
  alice,
  annotate,
  collection,
  deployer,
  type FencedCluster,
  grant,
  inFuture,
  plain,
  podReader,
  rbac,
  refusedBy,
  said,
  startFencedCluster,
} from './fenced-cluster.ts';

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster();
});
afterAll(() => on?.stop());
afterEach(() => on.removeGrants());

describe('Nobody but BindRole makes a grant', () => {
  test.each([
    ['a cluster-admin', undefined],
    ['UnbindRole', unbindRoleUser],
    ['SurveyCluster', surveyClusterUser],
    ['somebody with a grant', alice],
  ])('not %s', async (_, as) => {
    const { status, body } = await on.create(grant(), as);
    expect({ status, message: body.message }).toEqual({
      status: 422,
      message: expect.stringMatching(
        /ValidatingAdmissionPolicy 'curfew-(grant-forgery|broker-writes|people)'/,
      ),
    });
  });

  test.each<[string, (binding: RoleBinding) => void]>([
    [
      'the name alone',
      (b) => {
        b.metadata.labels = {};
      },
    ],
    [
      'the request label alone',
      (b) => {
        b.metadata.name = 'plain';
        b.metadata.labels = { [marks.request]: 'x' };
      },
    ],
    [
      'the label of who manages it alone',
      (b) => {
        b.metadata.name = 'plain';
        b.metadata.labels = { [marks.managedBy]: 'curfew' };
      },
    ],
  ])('by %s', async (_, change) => {
    expect(said(await on.create(grant(change)))).toEqual(refusedBy('curfew-grant-forgery'));
  });

  test('but RoleBindings of their own are nobody’s business', async () => {
    const own = plain('payments-team');
    own.metadata.labels = { [marks.managedBy]: 'helm' };
    expect((await on.create(own)).status).toBe(201);
    own.metadata.labels.more = 'x';
    expect((await on.replace(own)).status).toBe(200);
    expect((await on.remove(own)).status).toBe(200);
  });
});

describe('A grant is never changed', () => {
  const edits: [what: string, edit: (binding: RoleBinding) => void][] = [
    [
      'its subject',
      (b) => {
        b.subjects = [{ ...b.subjects[0], name: `${alice}2` } as never];
      },
    ],
    ['a second subject', (b) => void b.subjects.push({ ...b.subjects[0], name: 'bob' } as never)],
    [
      'no subject',
      (b) => {
        b.subjects = [];
      },
    ],
    ['its end', annotate(marks.expiresAt, inFuture(8 * 3600_000))],
    ['its mark taken off', (b) => void delete b.metadata.labels[marks.managedBy]],
    [
      'all its labels taken off',
      (b) => {
        b.metadata.labels = {};
      },
    ],
    [
      'a label more',
      (b) => {
        b.metadata.labels.more = 'x';
      },
    ],
    [
      'a finalizer, which would hold up its end',
      (b) => void Object.assign(b.metadata, { finalizers: ['x.com/y'] }),
    ],
    [
      'an owner, whose deletion would delete it',
      (b) =>
        void Object.assign(b.metadata, {
          ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' }],
        }),
    ],
  ];
  test.each(edits)('not %s, even by a cluster-admin', async (_, edit) => {
    const standing = await on.made();
    edit(standing);
    expect(said(await on.replace(standing))).toEqual(refusedBy('curfew-grant-update'));
  });

  test('not another role, which Kubernetes itself refuses', async () => {
    const standing = await on.made();
    standing.roleRef.name = deployer;
    expect(said(await on.replace(standing))).toEqual({
      status: 422,
      message: expect.stringContaining('cannot change roleRef'),
    });
  });

  test.each([bindRoleUser, unbindRoleUser, surveyClusterUser, alice])('not by %s', async (as) => {
    const standing = await on.made();
    standing.subjects[0].name = `${alice}2`;
    expect((await on.replace(standing, as)).status).toBe(422);
  });

  test('and no other RoleBinding is made into one', async () => {
    const own = plain('adopted');
    expect((await on.create(own)).status).toBe(201);
    own.metadata.labels = grant().metadata.labels;
    expect(said(await on.replace(own))).toEqual(refusedBy('curfew-grant-update'));
    expect((await on.remove(own)).status).toBe(200);
  });

  test('but it may be written as it is, as storage migration does', async () => {
    const standing = await on.made();
    expect((await on.replace(standing)).status).toBe(200);
  });

  test('and a foreground delete can be finished, so that it does not keep the grant standing', async () => {
    const standing = await on.made();
    const { name, namespace } = standing.metadata;
    const path = `${collection(namespace)}/${name}`;
    await on.must({
      method: 'DELETE',
      path,
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' },
    });
    const stuck = await on.must({ method: 'GET', path });
    expect(stuck.metadata.finalizers).toEqual(['foregroundDeletion']);
    expect((await on.replace(stuck)).status).toBe(200);
    const left = await on.must({ method: 'GET', path });
    delete left.metadata.finalizers;
    expect((await on.replace(left)).status).toBe(200);
    expect((await on.api({ method: 'GET', path })).status).toBe(404);
  });
});

describe('The broker', () => {
  test('creates RoleBindings as BindRole only', async () => {
    for (const as of [unbindRoleUser, surveyClusterUser]) {
      const answer = await on.create(plain('of-another-function'), as);
      expect(said(answer)).toEqual(refusedBy('curfew-broker-writes'));
    }
  });

  test('changes no RoleBinding, though it may be nobody’s business otherwise', async () => {
    const own = plain('payments-team');
    expect((await on.create(own)).status).toBe(201);
    own.subjects = [];
    for (const as of [bindRoleUser, unbindRoleUser, surveyClusterUser]) {
      expect(said(await on.replace(own, as))).toEqual(refusedBy('curfew-broker-writes'));
    }
    expect((await on.remove(own)).status).toBe(200);
  });

  test('reaches no part of an object, such as the token of a service account or a shell in a pod', async () => {
    const serviceAccounts = '/api/v1/namespaces/checkout/serviceaccounts';
    const metadata = { name: 'deploy' };
    await on.must({
      method: 'POST',
      path: serviceAccounts,
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    });
    for (const as of [bindRoleUser, unbindRoleUser, surveyClusterUser]) {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
      const answer = await on.api({ method: 'POST', path: `${serviceAccounts}/deploy/token`, body, as });
      expect(said(answer)).toEqual(refusedBy('curfew-broker-writes'));
    }
  });

  test('may ask what it may do', async () => {
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: 'payments' },
    };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    expect((await on.api({ method: 'POST', path, body, as: bindRoleUser })).status).toBe(201);
  });
});

describe('UnbindRole', () => {
  test('deletes grants', async () => {
    const binding = grant();
    await on.made(binding);
    expect((await on.remove(binding, unbindRoleUser)).status).toBe(200);
  });

  test.each([
    ['a RoleBinding of others', 'payments-team'],
    ['its own rights', unbindRoleUser],
    ['the rights of BindRole', bindRoleUser],
  ])('is refused the deleting of %s', async (_, name) => {
    const own = plain(name);
    if (name === 'payments-team') expect((await on.create(own)).status).toBe(201);
    expect(said(await on.remove(own, unbindRoleUser))).toEqual(refusedBy('curfew-broker-deletes'));
    if (name === 'payments-team') await on.remove(own);
  });

  test('is refused the deleting of anything else', async () => {
    const answer = await on.api({
      method: 'DELETE',
      path: `${rbac}/clusterroles/${podReader}`,
      as: unbindRoleUser,
    });
    expect(said(answer)).toEqual(refusedBy('curfew-broker-writes'));
  });
});
