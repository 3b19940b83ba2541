/** `curfew onboard`: puts the catalog's roles, Curfew's rights and the fences around them into one cluster. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { janitorImage } from '#cluster/janitor/manifests.ts';
import type { Catalog } from '#domain/catalog.ts';
import { readCatalog } from '#domain/catalog-file.ts';
import { InvalidInput } from '#domain/errors.ts';
import { accessByIdentity, accessByKubeconfig } from '../onboard/cluster-access.ts';
import { type Deployment, deploymentOf } from '../onboard/deployment.ts';
import { kubernetesApi } from '../onboard/kubernetes-call.ts';
import { type Intent, isNothing, onboard } from '../onboard/onboard.ts';
import { changeCount, intentLines, outcomeJson } from '../onboard/present.ts';
import { openSession, type Session } from '../session.ts';
import { askYes } from '../terminal/ask.ts';

interface Options {
  cluster: string;
  catalog: string;
  stack: string;
  deployment?: string;
  bindRoleArn?: string;
  unbindRoleArn?: string;
  surveyClusterArn?: string;
  kubeconfig?: string;
  context?: string;
  janitor: boolean;
  janitorImage: string;
  dryRun?: boolean;
  yes?: boolean;
}

const withoutJanitor =
  'Without the janitor, a grant that AWS can no longer end (an outage, a stack or an account that is gone) lasts until somebody deletes its RoleBinding by hand.';

export function onboardCommand(): Command {
  return new Command('onboard')
    .description("Put the catalog's roles and Curfew's fences into a cluster; fine to repeat.")
    .requiredOption('--cluster <name>', 'cluster, as the catalog names it')
    .option('--catalog <file>', 'the catalog that is deployed', 'curfew.yaml')
    .option('--stack <name>', "Curfew's CloudFormation stack, whose outputs name its roles", 'curfew')
    .option('--deployment <id>', 'instead of --stack: id of the deployment')
    .option('--bind-role-arn <arn>', 'instead of --stack: IAM role of BindRole')
    .option('--unbind-role-arn <arn>', 'instead of --stack: IAM role of UnbindRole')
    .option('--survey-cluster-arn <arn>', 'instead of --stack: IAM role of SurveyCluster')
    .option('--kubeconfig <file>', 'reach the cluster with this, instead of your AWS identity')
    .option('--context <name>', "context of the kubeconfig, where it isn't the current one")
    .option(
      '--janitor-image <reference>',
      'what the janitor runs in: an image of Node, such as your mirror of the usual one',
      janitorImage,
    )
    .option(
      '--no-janitor',
      'no CronJob that ends overdue grants from inside the cluster; removes one that is there',
    )
    .option('--dry-run', 'show what would change, and change nothing')
    .option('-y, --yes', "don't ask before changing")
    .addHelpText(
      'after',
      `
It takes a cluster-admin. It first checks everything, then shows what would change, and asks. It removes only what it made
itself, and nothing that a running grant needs. At the end it tries what the cluster must refuse, without doing it.

Examples:
  curfew onboard --cluster payments-prod --dry-run    what would change
  curfew onboard --cluster payments-prod              do it; after each change of the catalog again
  curfew onboard --cluster payments-prod --yes -o json  for pipelines`,
    )
    .action(async (options: Options, command: Command) => {
      const session = openSession(command);
      const { terminal, identity, profile } = session;
      // A profile may say which endpoints to call, and the SDK looks for them under this name only.
      if (profile !== undefined) process.env.AWS_PROFILE = profile;
      const catalog = catalogOf(options.catalog);
      const entry = clusterOf(catalog, options);
      const stackRegion = await identity.region();
      const region = entry.region ?? stackRegion;
      const deployment = await deploymentFor(options, stackRegion, session);
      // Loaded here, so that no other command waits for the AWS clients.
      const { openEks } = await import('../onboard/aws.ts');
      const eks = openEks(entry.eksName ?? options.cluster, region, identity);
      const cluster = await eks.describeCluster();
      const access =
        options.kubeconfig === undefined && options.context === undefined
          ? accessByIdentity(cluster, identity)
          : await accessByKubeconfig(cluster, options);
      const on = {
        cluster: options.cluster,
        eks: { eksName: cluster.eksName, region },
        catalog,
        deployment,
        janitorImage: options.janitor ? imageOf(options.janitorImage) : undefined,
        api: kubernetesApi(access),
        entries: eks.entries,
      };
      terminal.print(
        `Cluster ${options.cluster}: EKS ${cluster.eksName} in ${region}, for deployment "${deployment.id}".`,
      );
      if (!options.janitor) terminal.print(withoutJanitor);
      const outcome = await onboard(
        on,
        (intent) => agree(intent, options, session),
        (line) => terminal.progress(line),
      );
      terminal.json(outcomeJson(on, outcome));
      if (!outcome.done) {
        terminal.print('Nothing was changed.');
        return;
      }
      if (isNothing(outcome)) {
        terminal.print([
          ...intentLines(outcome),
          `Nothing to change. All ${outcome.tried.length} tries went as they must.`,
        ]);
        return;
      }
      terminal.print([
        `Done: ${changeCount(outcome)} changes. All ${outcome.tried.length} tries went as they must: what the fences have to stop is refused, a grant as the catalog allows it is not.`,
        `People can ask for access to ${options.cluster} now: curfew roles`,
      ]);
    });
}

/** Shows what would change; the person's yes, or theirs in advance. */
async function agree(intent: Intent, options: Options, { terminal }: Session): Promise<boolean> {
  terminal.print(intentLines(intent));
  if (options.dryRun) return false;
  if (options.yes) return true;
  const question = `Make these ${changeCount(intent)} changes on ${options.cluster}?`;
  if (terminal.interactive) return askYes(question);
  throw new InvalidInput(
    'There is no terminal to ask on. Nothing was changed. Pass --yes to make these changes, or --dry-run to only see them.',
  );
}

/** By its digest, as what runs there may delete grants. A tag before it is only for people. */
function imageOf(reference: string): string {
  if (/^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/.test(reference)) return reference;
  throw new InvalidInput(
    `--janitor-image "${reference}" names no image by its digest. Write <registry>/<repository>@sha256:<64 hex digits>.`,
  );
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

function clusterOf({ clusters }: Catalog, { cluster, catalog }: Options) {
  const found = Object.hasOwn(clusters, cluster) ? clusters[cluster] : undefined;
  if (found) return found;
  const known = Object.keys(clusters).sort().join(', ') || 'none';
  throw new InvalidInput(`${catalog} has no cluster "${cluster}". It knows: ${known}.`);
}

async function deploymentFor(options: Options, region: string, { identity }: Session): Promise<Deployment> {
  const outputs = {
    Deployment: options.deployment,
    BindRoleRoleArn: options.bindRoleArn,
    UnbindRoleRoleArn: options.unbindRoleArn,
    SurveyClusterRoleArn: options.surveyClusterArn,
  };
  const given = Object.values(outputs).filter((value) => value !== undefined);
  if (given.length === 0) {
    const { readDeployment } = await import('../onboard/aws.ts');
    return readDeployment(options.stack, region, identity);
  }
  if (given.length < Object.keys(outputs).length) {
    throw new InvalidInput(
      'Give --deployment, --bind-role-arn, --unbind-role-arn and --survey-cluster-arn together, or only --stack.',
    );
  }
  return deploymentOf(outputs, 'What was given');
}
