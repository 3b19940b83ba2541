/** `curfew onboard` as a platform team runs it: signed in to AWS, against the EKS API, a stack and a real cluster. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { signEksToken } from '#adapters/eks-token.ts';
import { KubernetesApi } from '#adapters/kubernetes-api.ts';
import { systemClock } from '#adapters/system.ts';
import { bindRoleUser, brokerUsers, defineRoleUser, unbindRoleUser } from '#cluster/identities.ts';
import { janitorImage } from '#cluster/janitor/manifests.ts';
import { clusterRoleName } from '#domain/cluster-role.ts';
import { ClusterNotReady, PlanRefused } from '#domain/errors.ts';
import { instantOf } from '#domain/instant.ts';
import { bindingName } from '#domain/request.ts';
import { roleBindingsOf } from '#domain/role-binding.ts';
import { joinEks } from '#local/eks/join.ts';
import { account, region, rootKeys } from '#local/emulator/emulator.ts';
import { ensureKubernetesBinaries } from '#local/kubernetes/binaries.ts';
import { type LocalCluster, startCluster } from '#local/kubernetes/cluster.ts';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import { platformAdmin, signIn, writeProfiles } from '#local/people.ts';
import { run } from '#local/processes.ts';
import { silentProgress } from '#local/progress.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { type EksCloud, startEksCloud } from '../eks-cloud.ts';
import { catalogInput, catalogOf } from './cluster.ts';

const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
const eksName = 'payments-eks';
const podReader = clusterRoleName('pod-reader', catalogOf().roles['pod-reader']?.rules ?? []);

let cloud: EksCloud;
let cluster: LocalCluster;
let env: NodeJS.ProcessEnv;
let catalogFile: string;

beforeAll(async () => {
  const progress = silentProgress();
  const binaries = await ensureKubernetesBinaries(progress);
  cloud = await startEksCloud();
  const { dir, eks, emulator } = cloud;
  cluster = await startCluster({
    dir: path.join(dir, 'cluster'),
    name: eksName,
    authenticatorUrl: eks.authenticatorUrl(eksName),
    binaries,
    progress,
  });
  await joinEks({ eks, cluster, binaries, admins: [platformAdmin.arn] });
  for (const namespace of ['payments', 'checkout']) {
    await kubectl(binaries, cluster.adminKubeconfig, ['create', 'namespace', namespace]);
  }
  const profiles = await writeProfiles({
    emulatorUrl: emulator.url,
    eksUrl: eks.url,
    dir: path.join(dir, 'aws'),
  });
  env = { ...process.env, ...profiles, AWS_ENDPOINT_URL_CLOUDFORMATION: emulator.url, XDG_CONFIG_HOME: dir };
  for (const name of ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete env[name];
  const input = catalogInput();
  catalogFile = path.join(dir, 'curfew.yaml');
  Object.assign(input.clusters['payments-prod'], { eksName });
  await writeFile(catalogFile, stringify(input));
  await createStack(emulator.url);
}, 900_000);

afterAll(async () => {
  await cluster?.stop();
  await cloud?.stop();
});

/** What onboarding needs of the real stack: three roles, and the outputs that name them. */
async function createStack(endpoint: string): Promise<void> {
  const role = (RoleName: string) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }],
      },
    },
  });
  const arn = (name: string) => ({ Value: { 'Fn::GetAtt': [name, 'Arn'] } });
  const client = new CloudFormationClient({ endpoint, region, credentials: rootKeys });
  const StackName = 'curfew';
  await client.send(
    new CreateStackCommand({
      StackName,
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      TemplateBody: JSON.stringify({
        Resources: {
          Bind: role('curfew-BindRole'),
          Define: role('curfew-DefineRole'),
          Unbind: role('curfew-UnbindRole'),
          Survey: role('curfew-SurveyCluster'),
        },
        Outputs: {
          Deployment: { Value: 'curfew' },
          BindRoleRoleArn: arn('Bind'),
          DefineRoleRoleArn: arn('Define'),
          UnbindRoleRoleArn: arn('Unbind'),
          SurveyClusterRoleArn: arn('Survey'),
        },
      }),
    }),
  );
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { StackName });
}

const curfew = (...args: string[]) => curfewAs('pat', ...args);
const curfewAs = (profile: string, ...args: string[]) => command('onboard', profile, ...args);
const command = (name: 'onboard' | 'offboard', profile: string, ...args: string[]) =>
  run({
    command: process.execPath,
    args: [main, name, '--profile', profile, '--cluster', 'payments-prod', '--catalog', catalogFile, ...args],
    env,
    timeoutMs: 60_000,
  });

/** The Kubernetes API as one leg of the broker, by its IAM role. */
async function asBroker(name: 'BindRole' | 'DefineRole' | 'UnbindRole' | 'SurveyCluster') {
  const role = { name: `curfew-${name}`, arn: `arn:aws:iam::${account}:role/curfew-${name}` };
  const credentials = await signIn(cloud.emulator.url, { session: name, role } as never);
  const api = new KubernetesApi(async () => {
    return (await signEksToken({ clusterName: eksName, region, credentials })).token;
  });
  return api.connect(addressOf(cluster));
}

const addressOf = ({ url, caPem }: LocalCluster) => ({
  eksName,
  region,
  endpoint: url,
  certificateAuthority: Buffer.from(caPem).toString('base64'),
});

test('what must be known first is said with what to do, and nothing is changed', async () => {
  const cases: [string[], number, string][] = [
    [['--cluster', 'nope'], 2, 'has no cluster "nope". It knows: payments-prod.'],
    [['--catalog', '/nowhere.yaml'], 2, 'Name it with --catalog.'],
    [['--stack', 'nope'], 2, 'There is no stack "nope"'],
    [['--deployment', 'curfew'], 2, '--define-role-arn, --unbind-role-arn and --survey-cluster-arn together'],
    [[], 2, 'Pass --yes to make these changes, or --dry-run to only see them.'],
    [['--janitor-image', 'node:24'], 2, 'names no image by its digest'],
    [['--context', 'nope', '--kubeconfig', cluster.adminKubeconfig], 2, 'has no context "nope"'],
  ];
  for (const [args, code, says] of cases) {
    const result = await curfew(...args);
    expect(result.stderr).toContain(says);
    expect(result.code).toBe(code);
  }
  expect(cloud.eks.entries(eksName)).toHaveLength(1);
});

test('somebody who may not is told so', async () => {
  const result = await curfewAs('alice', '--yes');
  expect(result.stderr).toMatch(/You may not (read stack|describe EKS cluster)/);
  expect(result.code).toBe(4);
});

test('a dry run shows everything and changes nothing', async () => {
  const result = await curfew('--dry-run');
  expect(result.stderr).toBe('');
  expect(result.stdout).toContain('+ create  ValidatingAdmissionPolicy curfew-bind-role');
  expect(result.stdout).toContain(
    `+ create  access entry ${bindRoleUser} for arn:aws:iam::${account}:role/curfew-BindRole`,
  );
  expect(result.stdout).toContain('+ create  CronJob curfew-system/curfew-janitor');
  expect(result.stdout).not.toContain('Without the janitor');
  expect(result.stdout).toContain('Nothing was changed.');
  expect(result.code).toBe(0);
  expect(cloud.eks.entries(eksName)).toHaveLength(1);

  const without = await curfew('--dry-run', '--no-janitor');
  expect(without.stdout).toContain('Without the janitor, a grant that AWS can no longer end');
  expect(without.stdout).not.toContain('CronJob');
});

/** A grant of pod-reader to alice for ten minutes. */
function grantIn(namespace: string, requestId: string, createBefore: number) {
  const [binding] = roleBindingsOf({
    v: 1,
    deployment: 'curfew',
    requestId,
    cluster: addressOf(cluster),
    bindings: [{ namespace, name: bindingName(requestId) }],
    clusterRole: podReader,
    rulesDigest: '',
    subject: { kind: 'User', name: `curfew:${account}:Developer:alice@example.com` },
    expiresAt: instantOf(Date.now() + 600_000),
    createBefore: instantOf(createBefore),
  });
  if (!binding) throw new Error('A plan with one place makes one RoleBinding.');
  return binding;
}

test('it is done, is nothing to do the second time, and the broker can do its work and no more', async () => {
  const first = await curfew('--yes', '--output', 'json');
  expect(first.code).toBe(0);
  const told = JSON.parse(first.stdout);
  expect(told).toMatchObject({ cluster: 'payments-prod', eksName, deployment: 'curfew', done: true });
  expect(told.changes.length).toBeGreaterThan(20);
  const made = cloud.eks.entries(eksName).filter(({ username }) => username.startsWith('curfew-system:'));
  expect(made.map(({ username, kubernetesGroups, tags }) => ({ username, kubernetesGroups, tags }))).toEqual(
    brokerUsers.map((username) => ({
      username,
      kubernetesGroups: [],
      tags: { 'curfew:managed-by': 'curfew', 'curfew:deployment': 'curfew' },
    })),
  );

  const second = await curfew('--yes');
  expect(second.stdout).toContain('Nothing to change.');
  expect(second.code).toBe(0);

  const binaries = await ensureKubernetesBinaries(silentProgress());
  const image = async () => {
    const path = '-o=jsonpath={.spec.jobTemplate.spec.template.spec.containers[*].image}';
    const args = ['get', 'cronjob', 'curfew-janitor', '--namespace=curfew-system', path];
    return (await kubectl(binaries, cluster.adminKubeconfig, args)).stdout;
  };
  expect(await image()).toBe(janitorImage);
  const mirror = `registry.example.com/mirrors/node@${janitorImage.split('@')[1]}`;
  expect((await curfew('--yes', '--janitor-image', mirror)).stdout).toContain('Done: 1 changes.');
  expect(await image()).toBe(mirror);
  const removed = await curfew('--yes', '--no-janitor');
  expect(removed.stdout).toContain('- remove  CronJob curfew-system/curfew-janitor  (no janitor is wanted)');
  expect(await image()).toBe('');

  const bind = await asBroker('BindRole');
  expect(await bind.refusesForbidden('payments', podReader)).toBe(true);
  expect(await bind.readClusterRole(podReader)).toEqual({ rules: catalogOf().roles['pod-reader']?.rules });
  const requestId = '01KAGAAAAAAAAAAAAAAAAAAAAA';
  const now = Date.now();
  const grant = (createBefore: number) => grantIn('payments', requestId, createBefore);
  await expect(bind.createRoleBinding(grant(now - 1))).rejects.toThrow(PlanRefused);
  const created = await bind.createRoleBinding(grant(now + 60_000));
  if (created === 'exists') throw new Error('It was there before.');

  const survey = await asBroker('SurveyCluster');
  const seen = await survey.listGrants('curfew', { limit: 10 });
  expect(seen.items.map(({ metadata }) => metadata.name)).toEqual([bindingName(requestId)]);
  await expect(survey.createRoleBinding(grant(now + 60_000))).rejects.toThrow(PlanRefused);
  const bySurvey = survey.deleteRoleBinding('payments', bindingName(requestId), created.uid);
  await expect(bySurvey).rejects.toThrow(ClusterNotReady);

  const unbind = await asBroker('UnbindRole');
  await expect(unbind.listGrants('curfew', { limit: 10 })).rejects.toThrow(ClusterNotReady);
  await expect(unbind.createRoleBinding(grant(now + 60_000))).rejects.toThrow(PlanRefused);
  expect(await unbind.deleteRoleBinding('payments', bindingName(requestId), created.uid)).toBe('deleted');
  expect(await unbind.readRoleBinding('payments', bindingName(requestId))).toBeUndefined();
}, 120_000);

const byAdmin = async (...args: string[]) => {
  const done = await kubectl(await ensureKubernetesBinaries(silentProgress()), cluster.adminKubeconfig, args);
  expect(done.stderr).toBe('');
  return done.stdout;
};

test('a check changes nothing, and tells by its exit code whether the cluster has drifted', async () => {
  await curfew('--yes');
  const same = await curfew('--check');
  expect(same.stdout).toContain('Nothing to change. All');
  expect(same.code).toBe(0);

  const policy = 'validatingadmissionpolicy/curfew-people-pods';
  const failing = () => byAdmin('get', policy, '-o=jsonpath={.spec.failurePolicy}');
  await byAdmin('patch', policy, '--type=merge', '-p={"spec":{"failurePolicy":"Ignore"}}');
  const drifted = await curfew('--check');
  expect(drifted.stdout).toContain('spec.failurePolicy: "Ignore" -> "Fail"');
  expect(drifted.stderr).toContain('Not as the catalog wants it: payments-prod.');
  expect(drifted.code).toBe(3);
  const json = await curfew('--check', '-o', 'json');
  expect(JSON.parse(json.stdout)).toMatchObject({
    done: false,
    changes: [
      { action: 'change', differences: [{ path: 'spec.failurePolicy', from: 'Ignore', to: 'Fail' }] },
    ],
  });
  expect(json.code).toBe(3);
  expect(await failing()).toBe('Ignore');
  expect((await curfew('--check', '--yes')).code).toBe(2);
  expect((await curfew('--yes')).code).toBe(0);
  expect(await failing()).toBe('Fail');
}, 120_000);

test('of several clusters each is done, and one that fails keeps none of the others', async () => {
  const input = catalogInput();
  const clusters = { ghost: {}, 'payments-prod': { protectedNamespaces: ['vault'], eksName } };
  const several = path.join(cloud.dir, 'several.yaml');
  const roles = Object.fromEntries(
    Object.entries(input.roles).map(([name, role]) => [name, { ...role, clusters: Object.keys(clusters) }]),
  );
  await writeFile(several, stringify({ ...input, clusters, roles }));
  const result = await curfew('--cluster', 'ghost', '--catalog', several, '--yes', '-o', 'json');
  const { clusters: told } = JSON.parse(result.stdout);
  expect(told).toMatchObject([
    { cluster: 'payments-prod', done: true },
    {
      cluster: 'ghost',
      error: { message: expect.stringContaining('There is no EKS cluster "ghost"'), exit: 8 },
    },
  ]);
  expect(result.stderr).toContain('ghost: There is no EKS cluster');
  expect(result.code).toBe(8);
  const twice = await curfew('--all');
  expect(twice.stderr).toContain('--cluster <name> ..., or --all');
  expect(twice.code).toBe(2);
  const contexts = await curfew('--cluster', 'ghost', '--catalog', several, '--kubeconfig', 'x');
  expect(contexts.stderr).toContain('A kubeconfig leads to one cluster');
}, 120_000);

test('a grant ends although its namespace, and with it the rights to delete there, was deleted', async () => {
  const requestId = '01KAGBBBBBBBBBBBBBBBBBBBBB';
  const binding = grantIn('checkout', requestId, Date.now() + 60_000);
  const created = await (await asBroker('BindRole')).createRoleBinding(binding);
  if (created === 'exists') throw new Error('It was there before.');
  const binaries = await ensureKubernetesBinaries(silentProgress());
  const byAdmin = (...args: string[]) => kubectl(binaries, cluster.adminKubeconfig, args);
  const done = expect.objectContaining({ code: 0 });
  const session = await asBroker('UnbindRole');
  const world = { clock: systemClock, cluster: { connect: async () => session } };
  const end = () =>
    unbindRole(world, {
      v: 1,
      deployment: 'curfew',
      requestId,
      cluster: addressOf(cluster),
      bindings: [{ namespace: 'checkout', name: bindingName(requestId), uid: created.uid }],
      notBefore: instantOf(Date.now()),
      createBefore: instantOf(Date.now() - 60_000),
    });

  // There is no namespace controller here: what it deletes, one after another, is deleted by hand.
  expect(await byAdmin('delete', 'namespace', 'checkout', '--wait=false')).toEqual(done);
  expect(await byAdmin('-n', 'checkout', 'delete', 'rolebinding,role', unbindRoleUser)).toEqual(done);
  const mayDelete = () =>
    byAdmin('-n', 'checkout', 'auth', 'can-i', 'delete', 'rolebindings', '--as', unbindRoleUser);
  await expect.poll(async () => (await mayDelete()).stdout, { timeout: 20_000 }).toBe('no\n');
  await expect(end()).rejects.toThrow(ClusterNotReady);
  expect(await byAdmin('-n', 'checkout', 'delete', 'rolebinding', bindingName(requestId))).toEqual(done);
  expect(await end()).toMatchObject({ unboundAt: expect.any(String) });
});

test('a cluster is taken off: refused while a grant stands, by force with a reason, and then for good', async () => {
  const offboard = (...args: string[]) => command('offboard', 'pat', ...args);
  const requestId = '01KAGCCCCCCCCCCCCCCCCCCCCC';
  const bound = await (await asBroker('BindRole')).createRoleBinding(
    grantIn('payments', requestId, Date.now() + 60_000),
  );
  if (bound === 'exists') throw new Error('It was there before.');

  const refused = await offboard('--yes');
  expect(refused.stderr).toContain(`payments/${bindingName(requestId)} (until `);
  expect(refused.code).toBe(8);
  expect((await offboard('--yes', '--force', ' ')).stderr).toContain('--force takes a reason');
  const forced = await offboard('--yes', '--force', 'moved to another team', '-o', 'json');
  expect(JSON.parse(forced.stdout)).toMatchObject({
    done: true,
    reason: 'moved to another team',
    live: [{ name: bindingName(requestId) }],
    accessEntries: [bindRoleUser, defineRoleUser].map((username) => ({ action: 'remove', username })),
  });
  const unbind = await asBroker('UnbindRole');
  expect(await unbind.deleteRoleBinding('payments', bindingName(requestId), bound.uid)).toBe('deleted');

  const shown = await offboard('--dry-run');
  expect(shown.stdout).toContain('- remove  ValidatingAdmissionPolicy curfew-bind-role');
  expect(shown.stdout).toContain(`- remove  access entry ${unbindRoleUser}`);
  expect(shown.stdout).toContain('Nothing was removed.');
  const done = await offboard('--yes');
  expect(done.stdout).toContain('Done: payments-prod is taken off.');
  expect(done.code).toBe(0);
  const left = await byAdmin(
    'get',
    'clusterroles,clusterrolebindings,validatingadmissionpolicies,roles,rolebindings',
    '-A',
    '-l=app.kubernetes.io/managed-by=curfew-onboard',
    '-o=name',
  );
  expect(left).toBe('');
  expect(cloud.eks.entries(eksName).map(({ username }) => username)).not.toContain(unbindRoleUser);
}, 180_000);
