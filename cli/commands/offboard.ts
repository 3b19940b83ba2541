/** `curfew offboard`: takes off clusters what `curfew onboard` put there. */
import { Command } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import { offboard, type Removal } from '../onboard/offboard.ts';
import { removalJson, removalLines } from '../onboard/present.ts';
import { onEachTarget, type Target, type TargetOptions, withTargets } from '../onboard/targets.ts';
import { openSession, type Session } from '../session.ts';
import { askYes } from '../terminal/ask.ts';

interface Options extends TargetOptions {
  force?: string;
  dryRun?: boolean;
  yes?: boolean;
}

export function offboardCommand(): Command {
  return withTargets(
    new Command('offboard').description('Take Curfew off clusters: all that `curfew onboard` put there.'),
  )
    .option('--force <reason>', 'although grants stand there: no more are made, and what ends these stays')
    .option('--dry-run', 'show what would be removed, and remove nothing')
    .option('-y, --yes', "don't ask before removing")
    .addHelpText(
      'after',
      `
It takes a cluster-admin. It removes only what carries Curfew's labels, the way in first and the fences last, and
nothing that a standing grant needs to end. Ask for it before the stack is destroyed.

Examples:
  curfew offboard --cluster payments-prod --dry-run
  curfew offboard --cluster payments-prod --force "the cluster is given to another team today"`,
    )
    .action(async (options: Options, command: Command) => {
      const session = openSession(command);
      const reason = options.force?.trim();
      if (reason === '') throw new InvalidInput('--force takes a reason.');
      await onEachTarget(options, session, (target) => offboardOne(target, reason, options, session));
    });
}

async function offboardOne(
  target: Target,
  reason: string | undefined,
  options: Options,
  session: Session,
): Promise<object> {
  const { terminal } = session;
  const { cluster, eks, deployment } = target;
  terminal.print(
    `Cluster ${cluster}: EKS ${eks.eksName} in ${eks.region}, for deployment "${deployment.id}".`,
  );
  let shown = false;
  const removed = await offboard(target, reason !== undefined, async (removal) => {
    shown = true;
    return agree(removal, cluster, options, session);
  });
  if (!shown) terminal.print([...removalLines(removed), `Nothing to remove from ${cluster}.`]);
  else if (!removed.done) terminal.print('Nothing was removed.');
  else if (removed.live.length > 0) {
    terminal.print(
      `Done: no more grants are made on ${cluster}. ${removed.live.length} that stand end by themselves; run this again then.`,
    );
  } else terminal.print(`Done: ${cluster} is taken off.`);
  return removalJson(target, removed, reason);
}

async function agree(
  removal: Removal,
  cluster: string,
  options: Options,
  { terminal }: Session,
): Promise<boolean> {
  terminal.print(removalLines(removal));
  if (options.dryRun) return false;
  if (options.yes) return true;
  if (terminal.interactive) return askYes(`Remove this from ${cluster}?`);
  throw new InvalidInput(
    'There is no terminal to ask on. Nothing was removed. Pass --yes to remove this, or --dry-run to only see it.',
  );
}
