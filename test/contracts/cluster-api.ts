/** What every cluster's API must do with the RoleBindings of grants. */
import { expect, it } from 'vitest';
import type { PolicyRule } from '#domain/catalog.ts';
import { rulesDigest } from '#domain/cluster-role.ts';
import { ClusterNotReady, PlanRefused, Unavailable } from '#domain/errors.ts';
import { after, type Instant } from '#domain/instant.ts';
import type { BindPlan, ClusterAddress } from '#domain/plan.ts';
import { bindingName } from '#domain/request.ts';
import { grantsSame, isOurs, type RoleBinding, roleBindingsOf } from '#domain/role-binding.ts';
import type { ClusterApi } from '#ports';

/** A cluster as onboarding leaves it: namespaces payments and checkout, the sample catalog's roles, fences up. */
export interface ClusterUnderTest {
  defineRole: ClusterApi;
  bindRole: ClusterApi;
  unbindRole: ClusterApi;
  surveyCluster: ClusterApi;
  address: ClusterAddress;
  deployment: string;
  now(): Instant;
  /** A catalog role that is there, and one that the catalog has but an administrator has deleted. */
  clusterRole: { name: string; rules: PolicyRule[] };
  deletedClusterRole: string;
  /** Takes the admission policies away; puts them back. */
  lowerFences(): Promise<void>;
  raiseFences(): Promise<void>;
}

let made = 0;
const nextId = () => {
  made += 1;
  return `01KAJ000000000000000C${String(made).padStart(5, '0')}`;
};

/** Of a new request, for its namespace payments. */
export function plannedOn(
  { address, deployment, now, clusterRole }: ClusterUnderTest,
  changes: Partial<BindPlan>,
): BindPlan {
  const requestId = nextId();
  return {
    v: 1,
    deployment,
    requestId,
    cluster: address,
    bindings: [{ namespace: 'payments', name: bindingName(requestId) }],
    clusterRole: clusterRole.name,
    rulesDigest: rulesDigest(clusterRole.rules),
    subject: { kind: 'User', name: 'curfew:111122223333:Developer:alice@example.com' },
    expiresAt: after(now(), 600_000),
    createBefore: after(now(), 60_000),
    ...changes,
  };
}

export function clusterApiContract(given: () => ClusterUnderTest): void {
  function planned(changes: Partial<BindPlan> = {}) {
    const plan = plannedOn(given(), changes);
    const [binding] = roleBindingsOf(plan);
    if (!binding) throw new Error('A plan has at least one binding.');
    return { plan, binding };
  }
  const asBindRole = () => given().bindRole.connect(given().address);
  const asUnbindRole = () => given().unbindRole.connect(given().address);
  const changed = (binding: RoleBinding, change: (copy: RoleBinding) => void) => {
    const copy = structuredClone(binding);
    change(copy);
    return copy;
  };

  it('reads the rules of a role, and nothing where an administrator has deleted it', async () => {
    const session = await asBindRole();
    const { clusterRole, deletedClusterRole } = given();
    const found = await session.readClusterRole(clusterRole.name);
    expect(rulesDigest(found?.rules ?? [])).toBe(rulesDigest(clusterRole.rules));
    expect(await session.readClusterRole(deletedClusterRole)).toBeUndefined();
  });

  it('reads the labels of a namespace as SurveyCluster, onboarded or not, and as nobody else', async () => {
    const survey = await given().surveyCluster.connect(given().address);
    expect(await survey.readLabels('elsewhere')).toMatchObject({ team: 'payments' });
    expect(await survey.readLabels('payments')).not.toHaveProperty('team');
    expect(await survey.readLabels('no-such-namespace')).toBe('absent');
    for (const session of [await asBindRole(), await asUnbindRole()])
      await expect(session.readLabels('elsewhere')).rejects.toThrow(ClusterNotReady);
  });

  it('lets UnbindRole prove absence where it has no rights to delete, as in a namespace that is gone', async () => {
    const session = await asUnbindRole();
    for (const namespace of ['no-such-namespace', 'kube-system'])
      expect(await session.readRoleBinding(namespace, bindingName(nextId()))).toBeUndefined();
  });

  it('lists what carries the mark of one deployment, page by page, and of no other', async () => {
    const made = [planned(), planned(), planned()].map(({ binding }) => binding);
    const session = await asBindRole();
    for (const binding of made) await session.createRoleBinding(binding);
    const survey = await given().surveyCluster.connect(given().address);
    const seen: RoleBinding[] = [];
    let cursor: string | undefined;
    do {
      const page = await survey.listGrants(given().deployment, { limit: 2, ...(cursor ? { cursor } : {}) });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    for (const wanted of made) {
      const found = seen.filter(({ metadata }) => metadata.name === wanted.metadata.name);
      expect(found).toEqual([{ ...wanted, metadata: { ...wanted.metadata, uid: expect.any(String) } }]);
    }
    expect((await survey.listGrants('another', { limit: 2 })).items).toEqual([]);
  });

  it('says Unavailable for a cursor that has expired or that it did not give out', async () => {
    const survey = await given().surveyCluster.connect(given().address);
    await expect(survey.listGrants('contract', { limit: 2, cursor: '{}' })).rejects.toBeInstanceOf(
      Unavailable,
    );
  });

  it('creates what is wanted and reads it back, with a UID, for both legs', async () => {
    const { plan, binding } = planned();
    const created = await (await asBindRole()).createRoleBinding(binding);
    if (created === 'exists') throw new Error('It did not exist before.');
    for (const session of [await asBindRole(), await asUnbindRole()]) {
      const found = await session.readRoleBinding('payments', binding.metadata.name);
      expect(found).toEqual({ ...binding, metadata: { ...binding.metadata, uid: created.uid } });
      if (!found) throw new Error('It was read a moment ago.');
      expect(isOurs(found, plan.deployment, plan.requestId)).toBe(true);
      expect(grantsSame(found, binding)).toBe(true);
    }
  });

  it('binds a whole role by its group', async () => {
    const subject = { kind: 'Group', name: `curfew:principal:${'0f'.repeat(16)}` } as const;
    const { binding } = planned({ subject });
    expect(await (await asBindRole()).createRoleBinding(binding)).toHaveProperty('uid');
  });

  it('says exists for a name that is taken, and changes nothing there', async () => {
    const { binding } = planned();
    const session = await asBindRole();
    await session.createRoleBinding(binding);
    const first = await session.readRoleBinding('payments', binding.metadata.name);
    const other = changed(binding, ({ subjects: [subject] }) => {
      if (subject) subject.name = 'curfew:111122223333:Developer:bob@example.com';
    });
    expect(await session.createRoleBinding(other)).toBe('exists');
    expect(await session.readRoleBinding('payments', binding.metadata.name)).toEqual(first);
  });

  it('creates a name once when it is asked for many times at once', async () => {
    const { binding } = planned();
    const session = await asBindRole();
    const answers = await Promise.all(Array.from({ length: 10 }, () => session.createRoleBinding(binding)));
    expect(answers.filter((answer) => answer === 'exists')).toHaveLength(9);
  });

  it('has a creation after create-before refused', async () => {
    const { binding } = planned({ createBefore: after(given().now(), -2_000) });
    const session = await asBindRole();
    await expect(session.createRoleBinding(binding)).rejects.toBeInstanceOf(PlanRefused);
    expect(await session.readRoleBinding('payments', binding.metadata.name)).toBeUndefined();
  });

  it('has what is not a grant of ours refused', async () => {
    const { binding } = planned();
    const session = await asBindRole();
    const wrong = [
      changed(binding, ({ metadata }) => {
        metadata.labels = {};
      }),
      changed(binding, ({ metadata }) => {
        metadata.name = 'curfew-something';
      }),
      changed(binding, ({ subjects: [subject] }) => {
        if (subject) subject.name = 'system:anonymous';
      }),
      changed(binding, ({ subjects }) => {
        subjects.push(...structuredClone(subjects));
      }),
      changed(binding, ({ metadata }) => {
        metadata.annotations = {};
      }),
    ];
    for (const each of wrong)
      await expect(session.createRoleBinding(each)).rejects.toBeInstanceOf(PlanRefused);
  });

  it('has a grant in a namespace that was not onboarded refused', async () => {
    const { binding } = planned();
    const elsewhere = changed(binding, ({ metadata }) => {
      metadata.namespace = 'elsewhere';
    });
    await expect((await asBindRole()).createRoleBinding(elsewhere)).rejects.toBeInstanceOf(PlanRefused);
  });

  it('lets UnbindRole create nothing, and BindRole delete nothing', async () => {
    const { binding } = planned();
    await expect((await asUnbindRole()).createRoleBinding(binding)).rejects.toBeInstanceOf(PlanRefused);
    const made = await (await asBindRole()).createRoleBinding(binding);
    const uid = made === 'exists' ? '' : made.uid;
    const { namespace, name } = binding.metadata;
    const deleted = (await asBindRole()).deleteRoleBinding(namespace, name, uid);
    await expect(deleted).rejects.toBeInstanceOf(ClusterNotReady);
    expect(await (await asUnbindRole()).readRoleBinding(namespace, name)).toBeDefined();
  });

  it('lets SurveyCluster read, and neither create nor delete', async () => {
    const { binding } = planned();
    const survey = await given().surveyCluster.connect(given().address);
    await expect(survey.createRoleBinding(binding)).rejects.toBeInstanceOf(PlanRefused);
    const made = await (await asBindRole()).createRoleBinding(binding);
    const uid = made === 'exists' ? '' : made.uid;
    const { namespace, name } = binding.metadata;
    await expect(survey.deleteRoleBinding(namespace, name, uid)).rejects.toBeInstanceOf(ClusterNotReady);
    expect(await survey.readRoleBinding(namespace, name)).toMatchObject({ metadata: { uid } });
  });

  it('lets nobody but SurveyCluster list', async () => {
    for (const session of [await asBindRole(), await asUnbindRole()]) {
      const listed = session.listGrants(given().deployment, { limit: 2 });
      await expect(listed).rejects.toBeInstanceOf(ClusterNotReady);
    }
  });

  it('deletes exactly the object of a UID, says other for another one, and gone where nothing is', async () => {
    const { binding } = planned();
    const { namespace, name } = binding.metadata;
    const session = await asUnbindRole();
    expect(await session.readRoleBinding(namespace, name)).toBeUndefined();
    expect(await session.deleteRoleBinding(namespace, name, 'no-such-uid')).toBe('gone');
    const created = await (await asBindRole()).createRoleBinding(binding);
    if (created === 'exists') throw new Error('It did not exist before.');
    expect(await session.deleteRoleBinding(namespace, name, '00000000-0000-0000-0000-000000000000')).toBe(
      'other',
    );
    expect(await session.readRoleBinding(namespace, name)).toBeDefined();
    expect(await session.deleteRoleBinding(namespace, name, created.uid)).toBe('deleted');
    expect(await session.deleteRoleBinding(namespace, name, created.uid)).toBe('gone');
    expect(await session.readRoleBinding(namespace, name)).toBeUndefined();
  });

  it('never deletes the successor of what it was told to delete', async () => {
    const { binding } = planned();
    const { namespace, name } = binding.metadata;
    const [binds, unbinds] = [await asBindRole(), await asUnbindRole()];
    const first = await binds.createRoleBinding(binding);
    const uid = first === 'exists' ? '' : first.uid;
    await unbinds.deleteRoleBinding(namespace, name, uid);
    await binds.createRoleBinding(binding);
    expect(await unbinds.deleteRoleBinding(namespace, name, uid)).toBe('other');
    expect(await unbinds.readRoleBinding(namespace, name)).toBeDefined();
  });

  it('knows whether the fences stand; the same creation tells what it is worth', async () => {
    const { clusterRole, lowerFences, raiseFences } = given();
    const session = await asBindRole();
    expect(await session.refusesForbidden('payments', clusterRole.name)).toBe(true);
    expect(await session.refusesForbidden('checkout', clusterRole.name)).toBe(true);
    await lowerFences();
    try {
      expect(await session.refusesForbidden('payments', clusterRole.name)).toBe(false);
      expect(await session.readRoleBinding('payments', 'curfew-fence-probe')).toBeUndefined();
    } finally {
      await raiseFences();
    }
    expect(await session.refusesForbidden('payments', clusterRole.name)).toBe(true);
  });

  it('says ClusterNotReady where it lacks the rights to find out whether the fences stand', async () => {
    const { clusterRole } = given();
    const tried = (await asBindRole()).refusesForbidden('elsewhere', clusterRole.name);
    await expect(tried).rejects.toBeInstanceOf(ClusterNotReady);
  });

  it('says Unavailable for a cluster that does not answer', async () => {
    const { unbindRole, address } = given();
    const nowhere = { ...address, eksName: 'nowhere', endpoint: 'https://127.0.0.1:1' };
    const read = unbindRole.connect(nowhere).then((session) => session.readRoleBinding('payments', 'x'));
    await expect(read).rejects.toBeInstanceOf(Unavailable);
  });
}
