/** The clusters that a command of the platform team is for: found in the catalog and in EKS, and gone through one by one. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Catalog } from '#domain/catalog.ts';
import { readCatalog } from '#domain/catalog-file.ts';
import { InvalidInput } from '#domain/errors.ts';
import { CancelledByUser, exitOf } from '../failures.ts';
import type { Session } from '../session.ts';
import { safeText } from '../terminal/safe-text.ts';
import type { EntryApi } from './broker-entries.ts';
import { accessByIdentity, accessByKubeconfig } from './cluster-access.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { type KubernetesApi, kubernetesApi } from './kubernetes-call.ts';

export interface TargetOptions {
  cluster?: string[];
  all?: boolean;
  catalog: string;
  stack: string;
  deployment?: string;
  bindRoleArn?: string;
  defineRoleArn?: string;
  unbindRoleArn?: string;
  surveyClusterArn?: string;
  kubeconfig?: string;
  context?: string;
}

/** One cluster, reached. */
export interface Target {
  /** Name in the catalog. */
  cluster: string;
  eks: { eksName: string; region: string };
  catalog: Catalog;
  deployment: Deployment;
  api: KubernetesApi;
  entries: EntryApi;
}

export function withTargets(command: Command): Command {
  return command
    .option('--cluster <names...>', 'clusters, as the catalog names them')
    .option('--all', 'every cluster of the catalog')
    .option('--catalog <file>', 'the catalog that is deployed', 'curfew.yaml')
    .option('--stack <name>', "Curfew's CloudFormation stack, whose outputs name its roles", 'curfew')
    .option('--deployment <id>', 'instead of --stack: id of the deployment')
    .option('--bind-role-arn <arn>', 'instead of --stack: IAM role of BindRole')
    .option('--define-role-arn <arn>', 'instead of --stack: IAM role of DefineRole')
    .option('--unbind-role-arn <arn>', 'instead of --stack: IAM role of UnbindRole')
    .option('--survey-cluster-arn <arn>', 'instead of --stack: IAM role of SurveyCluster')
    .option('--kubeconfig <file>', 'reach the cluster with this, instead of your AWS identity')
    .option('--context <name>', "context of the kubeconfig, where it isn't the current one");
}

/** Returns what is told of it in JSON. */
type Work = (target: Target) => Promise<object>;

/**
 * Does the work on each cluster. With several a failure is told and the others go on; the exit code is that of the first.
 * JSON is one document: of one cluster its own, of several `{"clusters": [...]}`.
 */
export async function onEachTarget(options: TargetOptions, session: Session, work: Work): Promise<void> {
  const { terminal, identity, profile } = session;
  // A profile may say which endpoints to call, and the SDK looks for them under this name only.
  if (profile !== undefined) process.env.AWS_PROFILE = profile;
  const catalog = catalogOf(options.catalog);
  const names = namesOf(catalog, options);
  const region = await identity.region();
  const deployment = await deploymentFor(options, region, session);
  const open = (name: string) => targetOf(name, { options, session, catalog, region, deployment });
  const [only, ...more] = names;
  if (only !== undefined && more.length === 0) {
    terminal.json(await work(await open(only)));
    return;
  }
  const results: object[] = [];
  let failure: { error: unknown } | undefined;
  for (const name of names) {
    try {
      results.push(await work(await open(name)));
    } catch (error) {
      // Without a yes of the person the others aren't gone on with either.
      if (error instanceof CancelledByUser) throw error;
      failure ??= { error };
      const message = error instanceof Error ? error.message : String(error);
      results.push({ cluster: name, error: { message, exit: exitOf(error) } });
      terminal.progress(safeLines(`${name}: ${message}`));
    }
  }
  terminal.json({ clusters: results });
  if (failure) process.exitCode = exitOf(failure.error);
}

const safeLines = (text: string) => text.split('\n').map(safeText).join('\n');

function namesOf({ clusters }: Catalog, { cluster = [], all, catalog, kubeconfig, context }: TargetOptions) {
  if (all === cluster.length > 0) {
    throw new InvalidInput(
      'Say which clusters: --cluster <name> ..., or --all for every one of the catalog.',
    );
  }
  const names = all ? Object.keys(clusters).sort() : [...new Set(cluster)];
  const unknown = names.filter((name) => !Object.hasOwn(clusters, name));
  if (unknown.length > 0) {
    const known = Object.keys(clusters).sort().join(', ') || 'none';
    throw new InvalidInput(`${catalog} has no cluster "${unknown.join('", "')}". It knows: ${known}.`);
  }
  if (names.length > 1 && (kubeconfig !== undefined || context !== undefined)) {
    throw new InvalidInput(
      'A kubeconfig leads to one cluster: with --kubeconfig or --context name only that one.',
    );
  }
  return names;
}

async function targetOf(
  cluster: string,
  {
    options,
    session: { identity },
    catalog,
    region: stackRegion,
    deployment,
  }: {
    options: TargetOptions;
    session: Session;
    catalog: Catalog;
    region: string;
    deployment: Deployment;
  },
): Promise<Target> {
  const entry = catalog.clusters[cluster];
  const region = entry?.region ?? stackRegion;
  // Loaded here, so that no other command waits for the AWS clients.
  const { openEks } = await import('./aws.ts');
  const eks = openEks(entry?.eksName ?? cluster, region, identity);
  const address = await eks.describeCluster();
  const access =
    options.kubeconfig === undefined && options.context === undefined
      ? accessByIdentity(address, identity)
      : await accessByKubeconfig(address, options);
  return {
    cluster,
    eks: { eksName: address.eksName, region },
    catalog,
    deployment,
    api: kubernetesApi(access),
    entries: eks.entries,
  };
}

function catalogOf(file: string): Catalog {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidInput(
      `Can't read the catalog ${file}: ${(error as Error).message}. Name it with --catalog.`,
      { cause: error },
    );
  }
  return readCatalog(text, file);
}

async function deploymentFor(
  options: TargetOptions,
  region: string,
  { identity }: Session,
): Promise<Deployment> {
  const outputs = {
    Deployment: options.deployment,
    BindRoleRoleArn: options.bindRoleArn,
    DefineRoleRoleArn: options.defineRoleArn,
    UnbindRoleRoleArn: options.unbindRoleArn,
    SurveyClusterRoleArn: options.surveyClusterArn,
  };
  const given = Object.values(outputs).filter((value) => value !== undefined);
  if (given.length === 0) {
    const { readDeployment } = await import('./aws.ts');
    return readDeployment(options.stack, region, identity);
  }
  if (given.length < Object.keys(outputs).length) {
    throw new InvalidInput(
      'Give --deployment, --bind-role-arn, --define-role-arn, --unbind-role-arn and --survey-cluster-arn together, or only --stack.',
    );
  }
  return deploymentOf(outputs, 'What was given');
}
