/** `curfew onboard` against a real API server: what it makes, and what becomes of it when the catalog changes. */
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  bindRoleUser,
  brokerUsers,
  defineRoleUser,
  janitorAccount,
  surveyClusterUser,
  unbindRoleUser,
} from '#cluster/identities.ts';
import { offerOn } from '#cluster/offer.ts';
import { ClusterNotReady, NotAllowed } from '#domain/errors.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import type { KubernetesApi } from '../../../cli/onboard/kubernetes-call.ts';
import { isNothing, onboard } from '../../../cli/onboard/onboard.ts';
import { triedFence, triesFor } from '../../../cli/onboard/tries.ts';
import { catalogOf, deployment, startTestCluster, type TestCluster } from './cluster.ts';
import {
  admission,
  clear,
  clusterRoles,
  fail,
  names,
  rbac,
  refusal,
  rightsOf,
  run,
  silent,
  standing,
  standingGrant,
  yes,
} from './looks.ts';

/** The API server learns of rights a moment after they are written. */
const soon = { timeout: 20_000 };

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout');
});
afterAll(() => on?.stop());
beforeEach(() => clear(on));

describe('Onboarding a bare cluster', () => {
  test('makes everything, tries it, and finds nothing to do the second time', async () => {
    const first = await run(on);
    expect(first.done).toBe(true);
    expect(first.steps.every((step) => step.do === 'create')).toBe(true);
    expect(first.missingEntries.map(({ username }) => username)).toEqual([...brokerUsers]);
    expect(first.tried.length).toBeGreaterThan(20);
    expect(first.tried.every(({ asExpected }) => asExpected)).toBe(true);

    const again = await onboard(on.onboarding(), fail, silent);
    expect(isNothing(again)).toBe(true);
    expect(again.done).toBe(true);
    expect(again.right).toBe(first.steps.length);
    expect(again.tried.length).toBe(first.tried.length);
  });

  test('gives the broker these rights in a namespace, and no others', async () => {
    await run(on);
    const { podReader, deployer } = clusterRoles(catalogOf());
    await expect
      .poll(() => rightsOf(on, bindRoleUser, 'payments'), soon)
      .toEqual([
        `bind clusterroles [${[deployer, podReader].sort()}]`,
        'bind,get roles',
        'create,get rolebindings',
        `get clusterroles [${[deployer, podReader].sort()}]`,
      ]);
    await expect
      .poll(() => rightsOf(on, bindRoleUser, 'checkout'), soon)
      .toEqual([
        `bind clusterroles [${podReader}]`,
        'bind,get roles',
        'create,get rolebindings',
        `get clusterroles [${[deployer, podReader].sort()}]`,
      ]);
    await expect
      .poll(() => rightsOf(on, unbindRoleUser, 'payments'), soon)
      .toEqual(['delete,get rolebindings,roles', 'get rolebindings,roles']);
    for (const elsewhere of ['default', 'kube-system', 'never-made']) {
      expect(await rightsOf(on, unbindRoleUser, elsewhere)).toEqual(['get rolebindings,roles']);
    }
    for (const anywhere of ['payments', 'kube-system', 'never-made']) {
      expect(await rightsOf(on, surveyClusterUser, anywhere)).toEqual(['get,list rolebindings,roles']);
    }
    await expect
      .poll(() => rightsOf(on, defineRoleUser, 'payments'), soon)
      .toEqual(['create,escalate,get roles']);
    expect(await rightsOf(on, defineRoleUser, 'kube-system')).toEqual([]);
    await expect
      .poll(() => rightsOf(on, bindRoleUser, 'kube-system'), soon)
      .toEqual([`get clusterroles [${[deployer, podReader].sort()}]`]);
  });

  test('changes nothing when the person does not agree', async () => {
    const outcome = await onboard(on.onboarding(), async () => false, silent);
    expect(outcome.done).toBe(false);
    expect(outcome.steps.length).toBeGreaterThan(20);
    expect(await standing(on)).toEqual([]);
    expect(on.onboarding().entries.entries.size).toBe(0);
  });

  test('changes nothing when a namespace of the catalog is missing, and says which', async () => {
    const catalog = catalogOf((input) => void input.roles.deployer.namespaces.push('ledger', 'vault'));
    const error = await refusal(run(on, catalog));
    expect(error).toBeInstanceOf(ClusterNotReady);
    expect(error.message).toContain('kubectl create namespace ledger');
    expect(error.message).not.toContain('vault');
    expect(await standing(on)).toEqual([]);
  });

  test('takes a large catalog: 60 roles in 40 namespaces', { timeout: 240_000 }, async () => {
    const namespaces = Array.from({ length: 40 }, (_, i) => `team-${i}`);
    await on.createNamespaces(...namespaces);
    const catalog = catalogOf((input) => {
      const roles: Record<string, object> = {};
      for (let i = 0; i < 60; i++) roles[`role-${i}`] = { ...input.roles['pod-reader'], namespaces };
      Object.assign(input, { roles });
    });
    const outcome = await run(on, catalog);
    expect(outcome.tried.every(({ asExpected }) => asExpected)).toBe(true);
  });

  test('is refused to anyone but a cluster-admin, with what they lack', async () => {
    const asBob: KubernetesApi = (call) => on.api({ ...call, as: 'bob' });
    const error = await refusal(onboard({ ...on.onboarding(), api: asBob }, yes, silent));
    expect(error).toBeInstanceOf(NotAllowed);
    expect(error.message).toContain('create validatingadmissionpolicies');
    expect(error.message).toContain('impersonate users');
  });
});

describe('After a change of the catalog', () => {
  const wider = catalogOf(({ roles }) => void roles['pod-reader'].rules[0]?.resources.push('events'));
  const before = clusterRoles(catalogOf());
  const after = clusterRoles(wider);

  test('a role with other rules is another ClusterRole, and the old one goes', async () => {
    await run(on);
    const outcome = await run(on, wider);
    const did = names(outcome.steps);
    expect(did).toContain(`create ClusterRole ${after.podReader}`);
    expect(did).toContain(`remove ClusterRole ${before.podReader}`);
    expect(did).toContain('change ValidatingAdmissionPolicy curfew-bind-role');
    expect(did.filter((line) => line.startsWith('change Role '))).toHaveLength(2);
    await expect
      .poll(() => rightsOf(on, bindRoleUser, 'checkout'), soon)
      .toContain(`bind clusterroles [${after.podReader}]`);
    expect((await standing(on)).filter((line) => line.includes(before.podReader))).toEqual([]);
  });

  test('the old role stays while a grant is bound to it, is named, and goes afterwards', async () => {
    await run(on);
    const grant = await standingGrant(on, before.podReader, 'checkout');
    const outcome = await run(on, wider);
    const left = outcome.steps.filter((step) => step.do === 'leave');
    expect(names(left)).toEqual([`leave ClusterRole ${before.podReader}`]);
    expect(left[0]).toMatchObject({ why: expect.stringContaining('RoleBinding checkout/curfew-01kag') });
    expect(isNothing(await onboard(on.onboarding(wider), fail, silent))).toBe(true);

    await on.must({ method: 'DELETE', path: grant, as: unbindRoleUser });
    const last = await run(on, wider);
    expect(names(last.steps)).toEqual([`remove ClusterRole ${before.podReader}`]);
  });

  test('a namespace that is dropped takes no more grants at once, but what stands there can be revoked', async () => {
    await run(on);
    const grant = await standingGrant(on, before.podReader, 'checkout');
    const narrower = catalogOf(({ roles }) => {
      roles['pod-reader'].namespaces = ['payments'];
    });
    const outcome = await run(on, narrower);
    expect(names(outcome.steps).sort()).toEqual([
      'change ValidatingAdmissionPolicy curfew-bind-role',
      'change ValidatingAdmissionPolicy curfew-define-role',
      `leave Role checkout ${janitorAccount.rights}`,
      `leave Role checkout ${unbindRoleUser}`,
      `leave RoleBinding checkout ${janitorAccount.rights}`,
      `leave RoleBinding checkout ${unbindRoleUser}`,
      `remove Role checkout ${bindRoleUser}`,
      `remove Role checkout ${defineRoleUser}`,
      `remove RoleBinding checkout ${bindRoleUser}`,
      `remove RoleBinding checkout ${defineRoleUser}`,
    ]);
    await on.must({ method: 'DELETE', path: grant, as: unbindRoleUser });
    expect(names((await run(on, narrower)).steps)).toEqual([
      `remove RoleBinding checkout ${janitorAccount.rights}`,
      `remove RoleBinding checkout ${unbindRoleUser}`,
      `remove Role checkout ${janitorAccount.rights}`,
      `remove Role checkout ${unbindRoleUser}`,
    ]);
  });
});

test('a cluster of an older version gets the identity that only reads, and UnbindRole loses its list', async () => {
  await run(on);
  const path = `${rbac}/clusterroles/${unbindRoleUser}`;
  const older = await on.must({ method: 'GET', path });
  older.rules[0].verbs = ['get', 'list'];
  await on.must({ method: 'PUT', path, body: older });
  for (const plural of ['clusterrolebindings', 'clusterroles'])
    await on.must({ method: 'DELETE', path: `${rbac}/${plural}/${surveyClusterUser}` });
  on.onboarding().entries.entries.delete(deployment.surveyClusterArn);

  const outcome = await run(on);
  expect(names(outcome.steps)).toEqual([
    `change ClusterRole ${unbindRoleUser}`,
    `create ClusterRole ${surveyClusterUser}`,
    `create ClusterRoleBinding ${surveyClusterUser}`,
  ]);
  expect(outcome.missingEntries.map(({ username }) => username)).toEqual([surveyClusterUser]);
});

describe('The tries', () => {
  test.each([
    [
      'UnbindRole could not tell what is gone',
      unbindRoleUser,
      'reading a RoleBinding in a namespace that is gone, by UnbindRole',
    ],
    [
      'SurveyCluster could not see what stands',
      surveyClusterUser,
      'listing the grants of all namespaces, by SurveyCluster',
    ],
  ])('notice that %s, which onboarding mends', async (_, user, what) => {
    await run(on);
    await on.must({ method: 'DELETE', path: `${rbac}/clusterrolebindings/${user}` });
    const [role] = offerOn(catalogOf(), 'payments-prod');
    const wrong = async () => {
      const tried = [];
      for (const one of role ? triesFor(role, deployment.id) : []) tried.push(await triedFence(on.api, one));
      return tried.filter(({ asExpected }) => !asExpected).map(({ what }) => what);
    };
    await expect.poll(wrong, soon).toEqual([what]);
    const outcome = await run(on);
    expect(names(outcome.steps)).toEqual([`create ClusterRoleBinding ${user}`]);
    expect(await wrong()).toEqual([]);
  });

  test('are made anew each time, so that none has grown old when a slow cluster is tried again', async () => {
    const [role] = offerOn(catalogOf(), 'payments-prod');
    const [grant] = role ? triesFor(role, deployment.id) : [];
    if (!grant) throw new Error('nothing is offered');
    const createBefore = async () => {
      const { body } = (await grant.call(on.api)) ?? {};
      return Date.parse((body as RoleBinding | undefined)?.metadata.annotations[marks.createBefore] ?? '');
    };
    const first = await createBefore();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3600_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect((await createBefore()) - first).toBeGreaterThanOrEqual(3600_000);
  });

  test('notice a cluster without fences, and name what it lets through', async () => {
    await run(on);
    await on.must({ method: 'DELETE', path: `${admission}/validatingadmissionpolicybindings` });
    const [role] = offerOn(catalogOf(), 'payments-prod');
    if (!role) throw new Error('nothing is offered');
    const open = async () => {
      const tried = await Promise.all(triesFor(role, deployment.id).map((one) => triedFence(on.api, one)));
      return tried.filter(({ asExpected }) => !asExpected).map(({ what }) => what);
    };
    await expect
      .poll(open, { timeout: 20_000 })
      .toEqual([
        "a RoleBinding without Curfew's marks, by BindRole",
        'a grant that comes too late, by BindRole',
        'a grant for longer than the catalog allows, by BindRole',
        'a grant to the broker itself, by BindRole',
        "deleting a RoleBinding that isn't a grant, by UnbindRole",
        'a RoleBinding of yours that passes for a grant',
        'making a grant out of another RoleBinding, by you',
        'a ClusterRole of your own under a name of the catalog',
        `other rules for ${role.clusterRole}, by you`,
      ]);
  });
});
