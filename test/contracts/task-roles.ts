/** What every cluster's API must do with the Roles of grants that are for one task. */
import { expect, it } from 'vitest';
import { ClusterNotReady, PlanRefused, Unavailable } from '#domain/errors.ts';
import { after } from '#domain/instant.ts';
import type { BindPlan } from '#domain/plan.ts';
import { roleBindingsOf } from '#domain/role-binding.ts';
import { type TaskRole, taskRolesOf } from '#domain/task-role.ts';
import { type ClusterUnderTest, plannedOn } from './cluster-api.ts';

export function taskRoleContract(given: () => ClusterUnderTest): void {
  const get = { apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: ['web-7d9'] };

  function planned(changes: Partial<BindPlan> = {}) {
    const plan = plannedOn(given(), { task: { rules: [get] }, ...changes });
    const [role] = taskRolesOf(plan);
    const [binding] = roleBindingsOf(plan);
    if (!role || !binding) throw new Error('A plan of a task has a Role and a RoleBinding.');
    return { role, binding };
  }
  const as = (leg: 'defineRole' | 'bindRole' | 'unbindRole' | 'surveyCluster') =>
    given()[leg].connect(given().address);
  const changed = <T>(object: T, change: (copy: T) => void) => {
    const copy = structuredClone(object);
    change(copy);
    return copy;
  };
  async function made(role: TaskRole): Promise<string> {
    const created = await (await as('defineRole')).createRole(role);
    if (created === 'exists') throw new Error('It did not exist before.');
    return created.uid;
  }

  it('creates what is wanted and lets every leg read it back, with a UID', async () => {
    const { role } = planned();
    const uid = await made(role);
    for (const leg of ['defineRole', 'bindRole', 'unbindRole', 'surveyCluster'] as const) {
      const found = await (await as(leg)).readRole('payments', role.metadata.name);
      expect(found).toEqual({ ...role, metadata: { ...role.metadata, uid } });
    }
  });

  it('says exists for a name that is taken, and changes nothing there', async () => {
    const { role } = planned();
    await made(role);
    const session = await as('defineRole');
    const first = await session.readRole('payments', role.metadata.name);
    const other = changed(role, ({ rules: [rule] }) => {
      if (rule) rule.resourceNames = ['web-2'];
    });
    expect(await session.createRole(other)).toBe('exists');
    expect(await session.readRole('payments', role.metadata.name)).toEqual(first);
  });

  it('has a Role refused that is not within its bounds, not ours, or too late', async () => {
    const { role } = planned();
    const rules = (...wrong: TaskRole['rules']) =>
      changed(role, (copy) => {
        copy.rules = wrong;
      });
    const wrong = [
      rules(),
      rules(get, { apiGroups: [''], resources: ['secrets'], verbs: ['get'] }),
      rules({ ...get, verbs: ['get', 'delete'] }),
      rules({ ...get, verbs: ['*'] }),
      rules({ ...get, resources: ['*'] }),
      rules({ ...get, apiGroups: ['*'] }),
      rules({ ...get, resources: ['pods', 'pods/log'] }),
      changed(role, ({ metadata }) => {
        metadata.labels = {};
      }),
      changed(role, ({ metadata }) => {
        metadata.name = 'curfew-something';
      }),
      changed(role, ({ metadata }) => {
        metadata.annotations['curfew.dev/within'] = 'cluster-admin';
      }),
      planned({ createBefore: after(given().now(), -2_000) }).role,
      changed(role, ({ metadata }) => {
        metadata.namespace = 'elsewhere';
      }),
    ];
    const session = await as('defineRole');
    for (const each of wrong) await expect(session.createRole(each)).rejects.toBeInstanceOf(PlanRefused);
    expect(await session.readRole('payments', role.metadata.name)).toBeUndefined();
  });

  it('binds the Role of the same name, and no other', async () => {
    const { role, binding } = planned();
    const other = planned();
    await made(role);
    await made(other.role);
    const session = await as('bindRole');
    const wrong = [
      changed(binding, ({ roleRef }) => {
        roleRef.name = other.role.metadata.name;
      }),
      changed(binding, ({ metadata }) => {
        delete metadata.annotations['curfew.dev/within'];
      }),
    ];
    for (const each of wrong)
      await expect(session.createRoleBinding(each)).rejects.toBeInstanceOf(PlanRefused);
    expect(await session.createRoleBinding(binding)).toHaveProperty('uid');
    expect(await session.readRoleBinding('payments', binding.metadata.name)).toMatchObject(binding);
  });

  it('lets nobody but DefineRole create, and nobody but UnbindRole delete', async () => {
    const { role } = planned();
    for (const leg of ['bindRole', 'unbindRole', 'surveyCluster'] as const)
      await expect((await as(leg)).createRole(role)).rejects.toBeInstanceOf(PlanRefused);
    const { binding } = planned();
    await expect((await as('defineRole')).createRoleBinding(binding)).rejects.toBeInstanceOf(PlanRefused);
    const uid = await made(role);
    for (const leg of ['defineRole', 'bindRole', 'surveyCluster'] as const) {
      const deleted = (await as(leg)).deleteRole('payments', role.metadata.name, uid);
      await expect(deleted).rejects.toBeInstanceOf(ClusterNotReady);
    }
    expect(await (await as('unbindRole')).readRole('payments', role.metadata.name)).toBeDefined();
  });

  it('deletes exactly the object of a UID, says other for another one, and gone where nothing is', async () => {
    const { role } = planned();
    const { name } = role.metadata;
    const session = await as('unbindRole');
    expect(await session.deleteRole('payments', name, 'no-such-uid')).toBe('gone');
    const uid = await made(role);
    const another = '00000000-0000-0000-0000-000000000000';
    expect(await session.deleteRole('payments', name, another)).toBe('other');
    expect(await session.readRole('payments', name)).toBeDefined();
    expect(await session.deleteRole('payments', name, uid)).toBe('deleted');
    expect(await session.deleteRole('payments', name, uid)).toBe('gone');
    expect(await session.readRole('payments', name)).toBeUndefined();
  });

  it('lets UnbindRole prove absence where it has no rights to delete', async () => {
    const session = await as('unbindRole');
    for (const namespace of ['no-such-namespace', 'kube-system'])
      expect(await session.readRole(namespace, 'curfew-01kaj000000000000000000000')).toBeUndefined();
  });

  it('lists for SurveyCluster alone what carries the mark of one deployment, page by page', async () => {
    const roles = [planned(), planned(), planned()].map(({ role }) => role);
    for (const role of roles) await made(role);
    const survey = await as('surveyCluster');
    const seen: TaskRole[] = [];
    let cursor: string | undefined;
    do {
      const page = await survey.listRoles(given().deployment, { limit: 2, ...(cursor ? { cursor } : {}) });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    for (const wanted of roles) {
      const found = seen.filter(({ metadata }) => metadata.name === wanted.metadata.name);
      expect(found).toEqual([{ ...wanted, metadata: { ...wanted.metadata, uid: expect.any(String) } }]);
    }
    expect((await survey.listRoles('another', { limit: 2 })).items).toEqual([]);
    const expired = survey.listRoles(given().deployment, { limit: 2, cursor: '{}' });
    await expect(expired).rejects.toBeInstanceOf(Unavailable);
    for (const leg of ['defineRole', 'bindRole', 'unbindRole'] as const) {
      const listed = (await as(leg)).listRoles(given().deployment, { limit: 2 });
      await expect(listed).rejects.toBeInstanceOf(ClusterNotReady);
    }
  });

  it('knows as DefineRole whether the fences stand, and where it can not know', async () => {
    const { lowerFences, raiseFences } = given();
    const session = await as('defineRole');
    expect(await session.refusesForbiddenRole('payments')).toBe(true);
    await lowerFences();
    try {
      expect(await session.refusesForbiddenRole('payments')).toBe(false);
      expect(await session.readRole('payments', 'curfew-fence-probe')).toBeUndefined();
    } finally {
      await raiseFences();
    }
    expect(await session.refusesForbiddenRole('payments')).toBe(true);
    await expect(session.refusesForbiddenRole('elsewhere')).rejects.toBeInstanceOf(ClusterNotReady);
  });
}
