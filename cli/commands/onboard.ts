/** `curfew onboard`: puts the catalog's roles, Curfew's rights and the fences around them into clusters. */
import { Command } from 'commander';
import { janitorImage } from '#cluster/janitor/manifests.ts';
import { InvalidInput } from '#domain/errors.ts';
import { exitOfDrift } from '../failures.ts';
import { type Intent, isNothing, type Outcome, onboard } from '../onboard/onboard.ts';
import { changeCount, intentLines, outcomeJson } from '../onboard/present.ts';
import { onEachTarget, type Target, type TargetOptions, withTargets } from '../onboard/targets.ts';
import { openSession, type Session } from '../session.ts';
import { askYes } from '../terminal/ask.ts';

interface Options extends TargetOptions {
  janitor: boolean;
  janitorImage: string;
  dryRun?: boolean;
  check?: boolean;
  yes?: boolean;
}

const withoutJanitor =
  'Without the janitor, a grant that AWS can no longer end (an outage, a stack or an account that is gone) lasts until somebody deletes its RoleBinding by hand.';

export function onboardCommand(): Command {
  return withTargets(
    new Command('onboard').description(
      "Put the catalog's roles and Curfew's fences into clusters; fine to repeat.",
    ),
  )
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
    .option('--check', 'change nothing, and end with exit code 3 where something would change')
    .option('-y, --yes', "don't ask before changing")
    .addHelpText(
      'after',
      `
It takes a cluster-admin. It first checks everything, then shows what would change, and asks. It removes only what it made
itself, and nothing that a running grant needs. At the end it tries what the cluster must refuse, without doing it.

Examples:
  curfew onboard --cluster payments-prod --dry-run    what would change
  curfew onboard --cluster payments-prod              do it; after each change of the catalog again
  curfew onboard --all --yes -o json                  for pipelines
  curfew onboard --all --check                        from cron: has any cluster drifted?`,
    )
    .action(async (options: Options, command: Command) => {
      const session = openSession(command);
      if (options.check && options.yes) throw new InvalidInput('--check changes nothing: leave out --yes.');
      const image = options.janitor ? imageOf(options.janitorImage) : undefined;
      if (image === undefined) session.terminal.print(withoutJanitor);
      const drifted: string[] = [];
      await onEachTarget(options, session, async (target) => {
        const { outcome, json } = await onboardOne(target, image, options, session);
        if (options.check && !outcome.done) drifted.push(target.cluster);
        return json;
      });
      if (drifted.length === 0) return;
      session.terminal.progress(
        `Not as the catalog wants it: ${drifted.join(', ')}. \`curfew onboard --cluster ${drifted.join(' ')}\` mends it.`,
      );
      process.exitCode ||= exitOfDrift;
    });
}

async function onboardOne(
  target: Target,
  image: string | undefined,
  options: Options,
  session: Session,
): Promise<{ outcome: Outcome; json: object }> {
  const { terminal } = session;
  const { cluster, eks, deployment } = target;
  terminal.print(
    `Cluster ${cluster}: EKS ${eks.eksName} in ${eks.region}, for deployment "${deployment.id}".`,
  );
  const outcome = await onboard(
    { ...target, janitorImage: image },
    (intent) => agree(intent, cluster, options, session),
    (line) => terminal.progress(line),
  );
  if (!outcome.done) terminal.print('Nothing was changed.');
  else if (isNothing(outcome)) {
    terminal.print([
      ...intentLines(outcome),
      `Nothing to change. All ${outcome.tried.length} tries went as they must.`,
    ]);
  } else {
    terminal.print([
      `Done: ${changeCount(outcome)} changes. All ${outcome.tried.length} tries went as they must: what the fences have to stop is refused, a grant as the catalog allows it is not.`,
      `People can ask for access to ${cluster} now: curfew roles`,
    ]);
  }
  return { outcome, json: outcomeJson(target, outcome) };
}

/** Shows what would change; the person's yes, or theirs in advance. */
async function agree(
  intent: Intent,
  cluster: string,
  options: Options,
  { terminal }: Session,
): Promise<boolean> {
  terminal.print(intentLines(intent));
  if (options.dryRun || options.check) return false;
  if (options.yes) return true;
  const question = `Make these ${changeCount(intent)} changes on ${cluster}?`;
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
