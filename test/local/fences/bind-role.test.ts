/** What BindRole may create on a real API server, and every field of it tried wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bindRoleUser, surveyClusterUser, unbindRoleUser } from '#cluster/identities.ts';
import { principalGroup } from '#domain/identity.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import {
  alice,
  annotate,
  deployer,
  type FencedCluster,
  grant,
  inFuture,
  podReader,
  rbac,
  refusedBy,
  said,
  startFencedCluster,
  subject,
} from './fenced-cluster.ts';

let on: FencedCluster;
beforeAll(async () => {
  on = await startFencedCluster();
});
afterAll(() => on?.stop());
afterEach(() => on.removeGrants());

describe('BindRole creates', () => {
  test('a grant to a person as the catalog allows it', async () => {
    await on.made();
  });

  test('a grant to everyone in a role', async () => {
    await on.made(grant(subject('Group', principalGroup('arn:aws:iam::111122223333:role/ci-deployer'))));
  });

  test('a grant of another role, in the namespace where that is offered', async () => {
    await on.made(
      grant((binding) => {
        binding.roleRef.name = deployer;
        binding.metadata.annotations[marks.expiresAt] = inFuture(3600_000);
      }),
    );
  });

  test('a grant that an injecting webhook has given labels of the house', async () => {
    await on.made(
      grant((binding) => {
        binding.metadata.labels.team = 'payments';
      }),
    );
  });
});

type Wrong = [what: string, change: (binding: RoleBinding) => void];

/** Under what the refusal says, so that each fault is found by its own check and not by chance by another. */
const wrong: Record<string, Wrong[]> = {
  'carries the labels': [
    ['without the label of who manages it', (b) => void delete b.metadata.labels[marks.managedBy]],
    [
      'managed by another',
      (b) => {
        b.metadata.labels[marks.managedBy] = 'helm';
      },
    ],
    ['without its deployment', (b) => void delete b.metadata.labels[marks.deployment]],
    [
      'of another deployment',
      (b) => {
        b.metadata.labels[marks.deployment] = 'staging';
      },
    ],
    ['without any labels', (b) => void delete (b.metadata as Partial<RoleBinding['metadata']>).labels],
  ],
  'is named curfew-': [
    ['without its request', (b) => void delete b.metadata.labels[marks.request]],
    [
      'of another request than its name says',
      (b) => {
        b.metadata.labels[marks.request] = '0'.repeat(26);
      },
    ],
    [
      'under a name that is no grant’s',
      (b) => {
        b.metadata.name = 'break-glass';
      },
    ],
    [
      'with a request id that is none',
      (b) => {
        b.metadata.labels[marks.request] = 'x';
        b.metadata.name = 'curfew-x';
      },
    ],
  ],
  'curfew.dev/expires-at must': [
    [
      'without any annotations',
      (b) => void delete (b.metadata as Partial<RoleBinding['metadata']>).annotations,
    ],
    ['without an end', (b) => void delete b.metadata.annotations[marks.expiresAt]],
    ['with an end that is no instant', annotate(marks.expiresAt, 'tomorrow')],
    ['with an end in another time zone', annotate(marks.expiresAt, '2026-11-21T12:00:00.000+02:00')],
    ['with an end in the past', annotate(marks.expiresAt, '2026-01-01T00:00:00.000Z')],
  ],
  'is protected': [
    [
      'in kube-system',
      (b) => {
        b.metadata.namespace = 'kube-system';
      },
    ],
    [
      'in kube-public',
      (b) => {
        b.metadata.namespace = 'kube-public';
      },
    ],
    [
      'in a protected namespace',
      (b) => {
        b.metadata.namespace = 'vault';
      },
    ],
  ],
  'does not offer': [
    [
      'in a namespace that the catalog does not name',
      (b) => {
        b.metadata.namespace = 'other';
      },
    ],
    [
      'of a role in a namespace where only another role is offered',
      (b) => {
        b.roleRef.name = deployer;
        b.metadata.namespace = 'checkout';
        b.metadata.annotations[marks.expiresAt] = inFuture(600_000);
      },
    ],
    [
      'of cluster-admin',
      (b) => {
        b.roleRef.name = 'cluster-admin';
      },
    ],
    [
      'of edit',
      (b) => {
        b.roleRef.name = 'edit';
      },
    ],
    [
      'of an offered role with other rules',
      (b) => {
        b.roleRef.name = `${podReader.slice(0, -8)}00000000`;
      },
    ],
    ['of a Role instead of a ClusterRole', (b) => void Object.assign(b.roleRef, { kind: 'Role' })],
  ],
  'exactly one subject': [
    [
      'without a subject',
      (b) => {
        b.subjects = [];
      },
    ],
    ['for two', (b) => void b.subjects.push({ ...b.subjects[0], name: `${alice}2` } as never)],
    ['for BindRole itself', subject('User', bindRoleUser)],
    ['for UnbindRole', subject('User', unbindRoleUser)],
    ['for a user outside of Curfew', subject('User', 'alice@example.com')],
    ['for an admin of Kubernetes (N52)', subject('User', 'system:admin')],
    ['for an account with letters', subject('User', 'curfew:11112222333x:Developer:alice@example.com')],
    ['for a role without a session', subject('User', 'curfew:111122223333:Developer:')],
    ['for a user with more parts', subject('User', 'curfew:111122223333:Developer:alice:bob')],
    ['for a user with a line break', subject('User', `${alice}\nx`)],
    ['for system:masters (N52)', subject('Group', 'system:masters')],
    ['for everyone', subject('Group', 'system:authenticated')],
    ['for a group outside of Curfew', subject('Group', 'admins')],
    ['for a group whose hash is too short', subject('Group', 'curfew:principal:0123')],
    ['for a group under a person’s name', subject('Group', alice)],
    ['for a user under a group’s name', subject('User', `curfew:principal:${'0'.repeat(32)}`)],
    ['for a service account', subject('ServiceAccount', 'default', { apiGroup: '', namespace: 'payments' })],
    [
      'for a person of a namespace, which persons have not',
      subject('User', alice, { namespace: 'payments' }),
    ],
  ],
  'type conversion error': [
    ['with an end on no calendar', annotate(marks.expiresAt, '2026-13-45T25:00:00.000Z')],
  ],
  'Too late': [
    ['without create-before', (b) => void delete b.metadata.annotations[marks.createBefore]],
    ['with a create-before that is no instant', annotate(marks.createBefore, 'soon')],
    ['too late by a year', annotate(marks.createBefore, '2025-11-21T00:00:00.000Z')],
  ],
  'no finalizers': [
    ['with finalizers', (b) => void Object.assign(b.metadata, { finalizers: ['example.com/stay'] })],
    [
      'with an owner, whose deletion would delete it',
      (b) => {
        const owner = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name: 'x',
          uid: '9e107d9d-0000-0000-0000-000000000000',
        };
        Object.assign(b.metadata, { ownerReferences: [owner] });
      },
    ],
  ],
};

describe('BindRole is refused', () => {
  for (const [says, changes] of Object.entries(wrong)) {
    test.each(changes)('a grant %s', async (_, change) => {
      expect(said(await on.create(grant(change), bindRoleUser))).toEqual({
        status: 422,
        message: expect.stringMatching(`ValidatingAdmissionPolicy 'curfew-bind-role' .*${says}`),
      });
    });
  }

  test('a grant for longer than its own role’s longest, though another role’s allows it', async () => {
    const tooLong = grant((binding) => {
      binding.roleRef.name = deployer;
      binding.metadata.annotations[marks.expiresAt] = inFuture(2 * 3600_000);
    });
    expect(said(await on.create(tooLong, bindRoleUser))).toEqual(refusedBy('curfew-bind-role'));
  });

  test('a grant whose create-before passed a moment ago, whatever creation time it claims', async () => {
    const late = grant((binding) => {
      binding.metadata.annotations[marks.createBefore] = inFuture(-1);
      (binding.metadata as { creationTimestamp?: string }).creationTimestamp = '2026-01-01T00:00:00Z';
    });
    expect(said(await on.create(late, bindRoleUser))).toEqual(refusedBy('curfew-bind-role'));
  });

  test('a grant that was in time once, when it is sent again too late', async () => {
    const binding = grant(annotate(marks.createBefore, inFuture(3_000)));
    await on.made(binding);
    expect((await on.remove(binding, unbindRoleUser)).status).toBe(200);
    await sleep(3_000);
    expect(said(await on.create(binding, bindRoleUser))).toEqual(refusedBy('curfew-bind-role'));
  });

  test('a create-before after the end', async () => {
    const binding = grant((b) => {
      b.metadata.annotations[marks.expiresAt] = inFuture(30_000);
    });
    expect(said(await on.create(binding, bindRoleUser))).toEqual(refusedBy('curfew-bind-role'));
  });

  test.each([
    [
      'a ClusterRoleBinding',
      'clusterrolebindings',
      { subjects: [], roleRef: { kind: 'ClusterRole', name: 'view' } },
    ],
    ['a ClusterRole', 'clusterroles', { rules: [] }],
  ])('%s', async (_, plural, content) => {
    const kind = plural === 'clusterroles' ? 'ClusterRole' : 'ClusterRoleBinding';
    const body = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: { name: 'mine' },
      ...content,
    };
    if ('roleRef' in body) Object.assign(body.roleRef, { apiGroup: 'rbac.authorization.k8s.io' });
    const answer = await on.api({ method: 'POST', path: `${rbac}/${plural}`, body, as: bindRoleUser });
    expect(said(answer)).toEqual(refusedBy('curfew-broker-writes'));
  });

  test.each([
    ['a Secret', '/api/v1/namespaces/payments/secrets', { kind: 'Secret', metadata: { name: 'x' } }],
    ['a ConfigMap', '/api/v1/namespaces/payments/configmaps', { kind: 'ConfigMap', metadata: { name: 'x' } }],
    ['a namespace', '/api/v1/namespaces', { kind: 'Namespace', metadata: { name: 'x' } }],
  ])('%s, as UnbindRole and SurveyCluster are', async (_, path, content) => {
    for (const as of [bindRoleUser, unbindRoleUser, surveyClusterUser]) {
      const answer = await on.api({ method: 'POST', path, body: { apiVersion: 'v1', ...content }, as });
      expect(said(answer)).toEqual(refusedBy('curfew-broker-writes'));
    }
  });

  test('the deleting of a grant, as SurveyCluster is', async () => {
    const binding = grant();
    await on.made(binding);
    for (const as of [bindRoleUser, surveyClusterUser])
      expect(said(await on.remove(binding, as))).toEqual(refusedBy('curfew-broker-deletes'));
  });
});
