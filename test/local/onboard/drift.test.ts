/** `curfew onboard` against a real API server that others changed too: what it mends, leaves alone and refuses. */
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { bindRoleUser, defineRoleUser, unbindRoleUser } from '#cluster/identities.ts';
import { ClusterNotReady, ForeignAccessEntry, InvalidInput } from '#domain/errors.ts';
import { accessByKubeconfig } from '../../../cli/onboard/cluster-access.ts';
import { isNothing, onboard } from '../../../cli/onboard/onboard.ts';
import { intentLines } from '../../../cli/onboard/present.ts';
import { catalogOf, deployment, startTestCluster, type TestCluster } from './cluster.ts';
import {
  admission,
  clear,
  clusterRoles,
  fail,
  names,
  rbac,
  refusal,
  run,
  silent,
  standing,
  whileUnfenced,
  yes,
} from './looks.ts';

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout');
});
afterAll(() => on?.stop());
beforeEach(() => clear(on));

interface Kubeconfig {
  cluster: object;
}

describe('What somebody changed by hand', () => {
  const path = `${admission}/validatingadmissionpolicies/curfew-bind-role`;
  const definePath = `${admission}/validatingadmissionpolicies/curfew-define-role`;
  const bindingPath = `${admission}/validatingadmissionpolicybindings/curfew-bind-role`;
  type Tampered = { spec: { matchConditions: object[]; validations: object[]; matchConstraints: object } };

  const widen = (role: object) => {
    const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
    (role as { rules: object[] }).rules.push(secrets);
  };

  test.each<[string, string, string, (object: Tampered) => void]>([
    [
      'a fence that is narrowed to some namespaces',
      path,
      'spec.matchConstraints.namespaceSelector.matchLabels',
      (p) => {
        Object.assign(p.spec.matchConstraints, { namespaceSelector: { matchLabels: { a: 'b' } } });
      },
    ],
    [
      'a fence with one more condition',
      path,
      'spec.matchConditions',
      (p) => {
        p.spec.matchConditions.push({ name: 'never', expression: 'false' });
      },
    ],
    [
      'a fence without the bounds of tasks',
      definePath,
      'spec.validations',
      (p) => void p.spec.validations.pop(),
    ],
    ['a fence without one of its checks', path, 'spec.validations', (p) => void p.spec.validations.pop()],
    [
      'a fence that fails open',
      path,
      'spec.failurePolicy',
      (p) => void Object.assign(p.spec, { failurePolicy: 'Ignore' }),
    ],
    [
      'a fence that only warns',
      bindingPath,
      'spec.validationActions',
      (p) => {
        Object.assign(p.spec, { validationActions: ['Warn'] });
      },
    ],
    [
      'a fence that is in force in some namespaces only',
      bindingPath,
      'spec.matchResources',
      (p) => {
        Object.assign(p.spec, { matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } });
      },
    ],
    ['wider rights of BindRole', `${rbac}/clusterroles/${bindRoleUser}`, 'rules', (p) => widen(p)],
    ['wider rights of UnbindRole', `${rbac}/clusterroles/${unbindRoleUser}`, 'rules', (p) => widen(p)],
    [
      'wider rights of DefineRole',
      `${rbac}/namespaces/payments/roles/${defineRoleUser}`,
      'rules',
      (p) => widen(p),
    ],
  ])('%s is seen and mended', async (_, at, differs, tamper) => {
    await run(on);
    const object = await on.must({ method: 'GET', path: at });
    tamper(object);
    await on.must({ method: 'PUT', path: at, body: object });
    const outcome = await run(on);
    expect(outcome.steps).toHaveLength(1);
    expect(outcome.steps[0]).toMatchObject({
      do: 'change',
      differences: expect.arrayContaining([
        expect.objectContaining({ path: expect.stringContaining(differs) }),
      ]),
    });
    expect(isNothing(await onboard(on.onboarding(), fail, silent))).toBe(true);
  });

  test('is mended by server-side apply where nothing of others would stay in it, and replaced otherwise', async () => {
    await run(on);
    const managers = async () => {
      const { metadata } = await on.must({ method: 'GET', path });
      return metadata.managedFields.map(({ manager, operation }: Record<string, string>) => [
        manager,
        operation,
      ]);
    };
    expect(await managers()).toEqual([['curfew', 'Apply']]);
    const tampered = async (tamper: (object: Tampered) => void) => {
      const object = await on.must({ method: 'GET', path });
      tamper(object);
      await on.must({ method: 'PUT', path: `${path}?fieldManager=somebody`, body: object });
      const [step] = (await run(on)).steps;
      return step?.do === 'change' ? step.by : step;
    };
    expect(await tampered((p) => void Object.assign(p.spec, { failurePolicy: 'Ignore' }))).toBe('apply');
    expect(
      await tampered((p) => {
        p.spec.matchConditions.push({ name: 'never', expression: 'false' });
      }),
    ).toBe('replace');
  });

  test('a cluster from before there were tasks is brought up to date', async () => {
    await run(on);
    const fences = ['validatingadmissionpolicybindings', 'validatingadmissionpolicies'];
    for (const plural of fences)
      await on.must({ method: 'DELETE', path: `${admission}/${plural}/curfew-define-role` });
    for (const namespace of ['payments', 'checkout'])
      for (const plural of ['rolebindings', 'roles'])
        await on.must({
          method: 'DELETE',
          path: `${rbac}/namespaces/${namespace}/${plural}/${defineRoleUser}`,
        });
    const entries = on.onboarding().entries;
    await entries.remove(deployment.defineRoleArn);
    const { steps, missingEntries } = await run(on);
    expect(names(steps)).toEqual([
      'create ValidatingAdmissionPolicy curfew-define-role',
      'create ValidatingAdmissionPolicyBinding curfew-define-role',
      `create Role checkout ${defineRoleUser}`,
      `create RoleBinding checkout ${defineRoleUser}`,
      `create Role payments ${defineRoleUser}`,
      `create RoleBinding payments ${defineRoleUser}`,
    ]);
    expect(missingEntries.map(({ username }) => username)).toEqual([defineRoleUser]);
    expect(isNothing(await onboard(on.onboarding(), fail, silent))).toBe(true);
  });

  test('is shown as it is and as it will be', async () => {
    await run(on);
    const object = await on.must({ method: 'GET', path });
    object.spec.failurePolicy = 'Ignore';
    object.spec.validations[0].expression = 'true';
    await on.must({ method: 'PUT', path, body: object });
    let shown: string[] = [];
    await onboard(
      on.onboarding(),
      async (intent) => {
        shown = intentLines(intent);
        return false;
      },
      silent,
    );
    expect(shown.slice(0, 2)).toEqual([
      '  ~ change  ValidatingAdmissionPolicy curfew-bind-role',
      '              spec.failurePolicy: "Ignore" -> "Fail"',
    ]);
    expect(shown[2]).toMatch(/^ {14}spec\.validations\[0\]\.expression: "true" -> "object\.metadata\..*…$/);
  });

  test('labels and annotations of the house are left where they are', async () => {
    await run(on);
    const object = await on.must({ method: 'GET', path });
    object.metadata.labels.team = 'platform';
    object.metadata.annotations = { note: 'ask platform' };
    object.spec.failurePolicy = 'Ignore';
    await on.must({ method: 'PUT', path, body: object });
    await run(on);
    const { metadata, spec } = await on.must({ method: 'GET', path });
    expect(spec.failurePolicy).toBe('Fail');
    expect(metadata.labels).toMatchObject({ team: 'platform', 'curfew.dev/deployment': 'curfew' });
    expect(metadata.annotations).toEqual({ note: 'ask platform' });
  });

  test('a role that no longer is what its name says stops everything, with the command that mends it', async () => {
    const { podReader } = clusterRoles(catalogOf());
    await run(on);
    const rolePath = `${rbac}/clusterroles/${podReader}`;
    const role = await on.must({ method: 'GET', path: rolePath });
    role.rules[0].resources.push('secrets');
    await whileUnfenced(on, () => on.must({ method: 'PUT', path: rolePath, body: role }));
    const error = await refusal(run(on));
    expect(error).toBeInstanceOf(ClusterNotReady);
    expect(error.message).toContain(`kubectl delete clusterrole ${podReader}`);
    await on.must({ method: 'DELETE', path: rolePath });
    expect(names((await run(on)).steps)).toContain(`create ClusterRole ${podReader}`);
  });
});

describe('What others made', () => {
  test('is neither taken over nor changed', async () => {
    const body = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: bindRoleUser },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
    };
    await on.must({ method: 'POST', path: `${rbac}/clusterroles`, body });
    const error = await refusal(run(on));
    expect(error).toBeInstanceOf(ClusterNotReady);
    expect(error.message).toContain(`ClusterRole ${bindRoleUser} stands there already`);
    expect(await standing(on)).toEqual([`ClusterRole ${bindRoleUser}`]);
  });

  test('stays where a former role of ours is bound by hand', async () => {
    const { deployer } = clusterRoles(catalogOf());
    await run(on);
    await on.must({
      method: 'POST',
      path: `${rbac}/clusterrolebindings`,
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'curfew-by-hand' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: deployer },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'ops' }],
      },
    });
    const without = catalogOf(({ roles }) => void delete (roles as Partial<typeof roles>).deployer);
    const outcome = await run(on, without);
    expect(outcome.steps).toContainEqual(
      expect.objectContaining({
        do: 'leave',
        why: expect.stringContaining('ClusterRoleBinding curfew-by-hand'),
      }),
    );
  });

  test('another deployment keeps its cluster', async () => {
    await run(on);
    const other = { ...on.onboarding(), deployment: { ...deployment, id: 'staging' } };
    const error = await refusal(onboard(other, yes, silent));
    expect(error).toBeInstanceOf(ClusterNotReady);
    expect(error.message.split('belongs to another deployment of Curfew, "curfew"')).toHaveLength(2);
    expect(error.message).toContain(
      'kubectl delete rolebindings,roles --all-namespaces -l app.kubernetes.io/managed-by=curfew-onboard,curfew.dev/deployment=curfew',
    );
  });

  test.each([
    ['another username', { username: 'curfew-system:unbind-role' }],
    ['groups', { groups: ['curfew:admins'] }],
    [
      'an access policy',
      { policies: ['arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'] },
    ],
    ['another type', { type: 'EC2_LINUX' }],
  ])("the broker's access entry with %s is refused, with the command that mends it", async (_, wrong) => {
    const { entries } = on.onboarding().entries;
    entries.set(deployment.bindRoleArn, {
      username: bindRoleUser,
      groups: [],
      type: 'STANDARD',
      policies: [],
      ...wrong,
    });
    const error = await refusal(run(on));
    expect(error).toBeInstanceOf(ForeignAccessEntry);
    expect(error.message).toContain(
      `aws eks delete-access-entry --region eu-central-1 --cluster-name payments-prod --principal-arn ${deployment.bindRoleArn}`,
    );
    expect(error.message).not.toContain(`--principal-arn ${deployment.unbindRoleArn}`);
    expect(await standing(on)).toEqual([]);
  });
});

describe('A kubeconfig', () => {
  const withAddress = (kubeconfig: string, context?: string) =>
    accessByKubeconfig(on.address, { kubeconfig, ...(context ? { context } : {}) });

  test.each([
    [
      'leads to another cluster',
      (c: Kubeconfig) => void Object.assign(c.cluster, { server: 'https://127.0.0.1:1' }),
      'leads to https://127.0.0.1:1',
    ],
    [
      'does not verify certificates',
      (c: Kubeconfig) => void Object.assign(c.cluster, { 'insecure-skip-tls-verify': true }),
      'does not verify',
    ],
  ])('that %s is refused', async (_, change, says) => {
    const config = parse(readFileSync(on.cluster.adminKubeconfig, 'utf8'));
    change(config.clusters[0]);
    const file = path.join(path.dirname(on.cluster.adminKubeconfig), 'changed.kubeconfig');
    await writeFile(file, stringify(config));
    const error = await refusal(withAddress(file));
    await rm(file);
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error.message).toContain(says);
  });

  test('that is missing, or lacks the context, is refused with what there is', async () => {
    expect(await refusal(withAddress('/nowhere/config'))).toBeInstanceOf(InvalidInput);
    const error = await refusal(withAddress(on.cluster.adminKubeconfig, 'nope'));
    expect(error.message).toMatch(/has no context "nope"\. It has: /);
  });
});
