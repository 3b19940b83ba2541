import path from 'node:path';
import { CreateAccessEntryCommand, DeleteAccessEntryCommand, type EKSClient } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signEksToken } from '#adapters/eks-token.ts';
import { type AwsCli, ensureAwsCli, getTokenExec } from '#local/eks/aws-cli.ts';
import { joinEks } from '#local/eks/join.ts';
import { region } from '#local/emulator/emulator.ts';
import { ensureKubernetesBinaries, type KubernetesBinaries } from '#local/kubernetes/binaries.ts';
import { type LocalCluster, startCluster } from '#local/kubernetes/cluster.ts';
import { writeKubeconfig } from '#local/kubernetes/kubeconfig.ts';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import { developer, people, platformAdmin, signIn, writeProfiles } from '#local/people.ts';
import { run } from '#local/processes.ts';
import { silentProgress } from '#local/progress.ts';
import { type EksCloud, startEksCloud } from './eks-cloud.ts';

const clusterName = 'payments-cluster';
let cloud: EksCloud;
let cluster: LocalCluster;
let binaries: KubernetesBinaries;
let cli: AwsCli;
let profiles: Record<string, string>;
let pat: EKSClient;

beforeAll(async () => {
  const progress = silentProgress();
  [cloud, binaries, cli] = await Promise.all([
    startEksCloud(),
    ensureKubernetesBinaries(progress),
    ensureAwsCli(progress),
  ]);
  const { dir, eks, emulator } = cloud;
  cluster = await startCluster({
    dir: path.join(dir, 'cluster'),
    name: clusterName,
    authenticatorUrl: eks.authenticatorUrl(clusterName),
    binaries,
    progress,
  });
  await joinEks({ eks, cluster, binaries, admins: [platformAdmin.arn] });
  profiles = await writeProfiles({ emulatorUrl: emulator.url, eksUrl: eks.url, dir: path.join(dir, 'aws') });
  pat = await cloud.clientOf(people.pat);
}, 900_000);

afterAll(async () => {
  await cluster?.stop();
  await cloud?.stop();
});

/** Runs kubectl as somebody would who signs in by the AWS CLI. */
async function as(profile: string, args: string[], env: Record<string, string> = {}) {
  const kubeconfig = path.join(cloud.dir, `${profile}.kubeconfig`);
  await writeKubeconfig(kubeconfig, {
    name: clusterName,
    cluster: {
      server: cluster.url,
      'certificate-authority-data': Buffer.from(cluster.caPem).toString('base64'),
    },
    user: { exec: getTokenExec(cli, clusterName, { ...profiles, AWS_PROFILE: profile }) },
  });
  return kubectl(binaries, kubeconfig, args, { env });
}

const whoami = (profile: string, env?: Record<string, string>) =>
  as(profile, ['auth', 'whoami', '--output', 'json'], env);

describe('On a real API server, with the real AWS CLI and kubectl', { timeout: 120_000 }, () => {
  test('alice is nobody until her role has an entry, and then she is alice', async () => {
    const before = await whoami('alice');
    expect(before.code).not.toBe(0);
    expect(before.stderr).toMatch(/Unauthorized|must be logged in/);

    const principalArn = developer.arn;
    const username = 'curfew:000000000000:dev:{{SessionNameRaw}}';
    await pat.send(
      new CreateAccessEntryCommand({
        clusterName,
        principalArn,
        username,
        kubernetesGroups: ['curfew:principal:1'],
      }),
    );
    const after = await whoami('alice');
    expect(after.stderr).toBe('');
    const { userInfo } = JSON.parse(after.stdout).status;
    expect(userInfo).toMatchObject({
      username: 'curfew:000000000000:dev:alice@example.com',
      groups: ['curfew:principal:1', 'system:authenticated'],
      extra: { sessionName: ['alice@example.com'] },
    });

    // She is somebody, and may do nothing.
    const pods = await as('alice', ['get', 'pods']);
    expect(pods.stderr).toContain(
      'User "curfew:000000000000:dev:alice@example.com" cannot list resource "pods"',
    );
    const listed = (await cluster.auditEvents()).filter((event) => event.objectRef?.resource === 'pods');
    expect(listed.map((event) => event.user?.username)).toContain(
      'curfew:000000000000:dev:alice@example.com',
    );

    await pat.send(new DeleteAccessEntryCommand({ clusterName, principalArn }));
  });

  test('a token is taken wherever it was made: a configured emulator does not get into it', async () => {
    // As for a program that talks to the emulator and runs kubectl.
    const { code, stderr } = await whoami('pat', { AWS_ENDPOINT_URL: cloud.emulator.url });
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('pat administers the cluster by her access policy', async () => {
    const created = await as('pat', ['create', 'namespace', 'payments']);
    expect(created.stderr).toBe('');
    expect(created.stdout).toContain('namespace/payments created');
    const { userInfo } = JSON.parse((await whoami('pat')).stdout).status;
    expect(userInfo.groups).not.toContain('system:masters');
  });

  test('a token of our own is taken like that of the AWS CLI, and the CA of EKS is the right one', async () => {
    const described = await run({
      command: cli.command,
      args: [...cli.args, 'eks', 'describe-cluster', '--name', clusterName, '--output', 'json'],
      env: { PATH: process.env.PATH, ...profiles, AWS_PROFILE: 'pat' },
    });
    expect(described.stderr).toBe('');
    const { endpoint, certificateAuthority } = JSON.parse(described.stdout).cluster;
    const credentials = await signIn(cloud.emulator.url, people.pat);
    const { token } = await signEksToken({ clusterName, region, credentials });
    const kubeconfig = path.join(cloud.dir, 'token.kubeconfig');
    await writeKubeconfig(kubeconfig, {
      name: clusterName,
      cluster: { server: endpoint, 'certificate-authority-data': certificateAuthority.data },
      user: { token },
    });
    const { stdout } = await kubectl(binaries, kubeconfig, ['auth', 'whoami', '--output', 'json']);
    const { username } = JSON.parse(stdout).status.userInfo;
    expect(username).toBe(`arn:aws:sts::000000000000:assumed-role/${platformAdmin.name}/pat-example.com`);
  });

  test('joining EKS once more changes nothing', async () => {
    const before = cloud.eks.entries(clusterName).map(({ accessEntryArn }) => accessEntryArn);
    await joinEks({ eks: cloud.eks, cluster, binaries, admins: [platformAdmin.arn] });
    expect(cloud.eks.entries(clusterName).map(({ accessEntryArn }) => accessEntryArn)).toEqual(before);
  });
});
