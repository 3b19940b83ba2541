/** The local cloud: a real Kubernetes cluster, the AWS emulator with the real stack deployed, EKS, people and their mail. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EksEndpoint, type EksStandIn, startEks } from './eks/stand-in.ts';
import type { StackOutputs } from './emulator/deploy.ts';
import { type Emulator, startEmulator } from './emulator/emulator.ts';
import { goldenState } from './emulator/golden.ts';
import { ensureKubernetesBinaries, type KubernetesBinaries } from './kubernetes/binaries.ts';
import { type LocalCluster, startCluster } from './kubernetes/cluster.ts';
import { type Mailbox, startMailbox } from './mailbox/mailbox.ts';
import { createPeople, writeProfiles } from './people.ts';
import { onShutdown } from './processes.ts';
import type { Progress } from './progress.ts';
import { assembly, deployment } from './stack.ts';
import { type Terminal, terminalFor } from './terminal.ts';
import { fillCluster } from './workloads.ts';

/** Whose catalog is deployed, which of its clusters is the real one here, and what to ask for first. */
export interface Company {
  /** Path in this repository. */
  catalog: string;
  cluster: string;
  role: string;
}
/** The catalog that a newcomer begins with. */
export const starter: Company = { catalog: 'curfew.yaml', cluster: 'payments-prod', role: 'pod-reader' };
/** The one that docs/catalog.md explains: three clusters and four teams. */
export const worked: Company = {
  catalog: 'docs/example/curfew.yaml',
  cluster: 'shop-staging',
  role: 'look-at-payments',
};

export interface LocalCloud<Eks extends EksEndpoint = EksStandIn> {
  dir: string;
  /** Base address of Curfew's API. */
  apiUrl: string;
  emulator: Emulator;
  eks: Eks;
  cluster: LocalCluster;
  company: Company;
  binaries: KubernetesBinaries;
  mailbox: Mailbox;
  outputs: Record<string, string>;
  /** A terminal in which somebody is signed in: `curfew` and `kubectl` are on its PATH. */
  as(profile: string): Terminal;
  stop(): Promise<void>;
}

/** Changes whenever what is put into the kept state besides the stack does. */
const peopleKey = 'people-1';

async function deployed(progress: Progress, { catalog }: Company) {
  return goldenState({
    assembly: await assembly(progress, catalog),
    progress,
    prepare: { key: peopleKey, run: (emulator) => createPeople(emulator.url) },
  });
}

function outputsOf(outputs: StackOutputs): Record<string, string> {
  const found = outputs[deployment];
  if (!found)
    throw new Error(`No stack ${deployment} was deployed, only: ${Object.keys(outputs).join(', ')}.`);
  return found;
}

/** `https://ID.execute-api.REGION.amazonaws.com/STAGE/`, as it is on AWS, becomes the emulator's address of the same stage. */
function localApiUrl(emulator: Emulator, awsUrl: string): string {
  const { hostname, pathname } = new URL(awsUrl);
  const [id = ''] = hostname.split('.');
  return emulator.apiUrl(id, pathname.replaceAll('/', ''));
}

/** Starts everything, from the caches where they are warm. Nothing is left running or on disk once `stop` is done. */
export function startLocalCloud(options: Omit<Wanted<EksStandIn>, 'eks'>): Promise<LocalCloud> {
  return startLocalCloudWith({ ...options, eks: () => startEks({}) });
}

interface Wanted<Eks> {
  progress: Progress;
  company?: Company;
  /** What functions find in their environment besides, such as the way to the outside. */
  functionEnv?: Readonly<Record<string, string>>;
  eks(dir: string): Promise<Eks>;
}

/** The same with another stand-in for EKS, such as one in a process of its own; it may keep files in `dir`. */
export async function startLocalCloudWith<Eks extends EksEndpoint>(
  options: Wanted<Eks>,
): Promise<LocalCloud<Eks>> {
  const dir = await mkdtemp(join(tmpdir(), 'curfew-cloud-'));
  const stops: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  onShutdown(stop);
  try {
    return { ...(await start(dir, options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start<Eks extends EksEndpoint>(
  dir: string,
  { progress, company = starter, functionEnv = {}, eks: startStandIn }: Wanted<Eks>,
  stops: (() => Promise<unknown>)[],
): Promise<Omit<LocalCloud<Eks>, 'stop'>> {
  const binaries = await ensureKubernetesBinaries(progress);
  const golden = await deployed(progress, company);
  const outputs = outputsOf(golden.outputs);

  const eks = await startStandIn(join(dir, 'eks'));
  stops.push(() => eks.stop());
  const [cluster, emulator] = await Promise.all([
    startCluster({
      dir: join(dir, 'cluster'),
      name: company.cluster,
      authenticatorUrl: eks.authenticatorUrl(company.cluster),
      binaries,
      progress,
    }),
    startEmulator({
      dir: join(dir, 'emulator'),
      eksUrl: eks.url,
      stateDir: golden.stateDir,
      functionEnv,
      progress,
    }),
  ]);
  stops.push(
    () => cluster.stop(),
    () => emulator.stop(),
  );
  await eks.useEmulator(emulator.url);
  await eks.registerCluster({ name: company.cluster, endpoint: cluster.url, caPem: cluster.caPem });
  const mailbox = await startMailbox({ emulatorUrl: emulator.url });
  stops.push(() => mailbox.stop());

  const apiUrl = localApiUrl(emulator, outputs.ApiUrl ?? '');
  await mkdir(join(dir, 'aws'));
  const profiles = await writeProfiles({ emulatorUrl: emulator.url, eksUrl: eks.url, dir: join(dir, 'aws') });
  const as = await terminalFor({ dir, binaries, env: { ...profiles, CURFEW_URL: apiUrl } });
  await progress.step('Filling the cluster with two teams, their pods and secrets', () =>
    fillCluster(binaries, cluster),
  );
  await progress.step('Onboarding the cluster (curfew onboard)', () =>
    onboard(as('pat'), company, cluster, outputs),
  );
  return { dir, apiUrl, emulator, eks, cluster, company, binaries, mailbox, outputs, as };
}

/** As a platform engineer does it once per cluster, with the cluster administrator's kubeconfig. */
async function onboard(
  pat: Terminal,
  company: Company,
  cluster: LocalCluster,
  outputs: Record<string, string>,
): Promise<void> {
  const args = [
    'onboard',
    '--cluster',
    company.cluster,
    '--kubeconfig',
    cluster.adminKubeconfig,
    '--yes',
    '--catalog',
    fileURLToPath(new URL(`../${company.catalog}`, import.meta.url)),
  ];
  for (const [option, output] of [
    ['--bind-role-arn', 'BindRoleRoleArn'],
    ['--define-role-arn', 'DefineRoleRoleArn'],
    ['--unbind-role-arn', 'UnbindRoleRoleArn'],
    ['--survey-cluster-arn', 'SurveyClusterRoleArn'],
    ['--deployment', 'Deployment'],
  ] as const) {
    args.push(option, outputs[output] ?? '');
  }
  const { code, stdout, stderr } = await pat.run('curfew', args);
  if (code !== 0) throw new Error(`curfew onboard failed (exit code ${code}):\n${stdout}${stderr}`);
}
