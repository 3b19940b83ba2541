/** The command line as a whole: every command, the options they share, and what each failure ends with. */
import { Command, CommanderError, Option } from 'commander';
import { CurfewError } from '#domain/errors.ts';
import packageJson from '../package.json' with { type: 'json' };
import { afterReviewCommand } from './commands/after-review.ts';
import { auditCommand } from './commands/audit.ts';
import { claimCommand } from './commands/claim.ts';
import { configureCommand } from './commands/configure.ts';
import { extendCommand } from './commands/extend.ts';
import { inboxCommand } from './commands/inbox.ts';
import { killCommand } from './commands/kill.ts';
import { kubeconfigCommand } from './commands/kubeconfig.ts';
import { listCommand } from './commands/list.ts';
import { offboardCommand } from './commands/offboard.ts';
import { onboardCommand } from './commands/onboard.ts';
import { passkeyCommand } from './commands/passkey.ts';
import { requestCommand } from './commands/request.ts';
import { approveCommand, denyCommand } from './commands/review.ts';
import { revokeCommand } from './commands/revoke.ts';
import { rolesCommand } from './commands/roles.ts';
import { runCommand } from './commands/run.ts';
import { showCommand } from './commands/show.ts';
import { tokenCommand } from './commands/token.ts';
import { uiCommand } from './commands/ui.ts';
import { whoamiCommand } from './commands/whoami.ts';
import { withdrawCommand } from './commands/withdraw.ts';
import { exitCodes, exitOf } from './failures.ts';
import { programName } from './self.ts';
import { safeText } from './terminal/safe-text.ts';

const groups: readonly (readonly [string, readonly (() => Command)[]])[] = [
  [
    'Get access:',
    [
      requestCommand,
      claimCommand,
      extendCommand,
      runCommand,
      rolesCommand,
      listCommand,
      showCommand,
      withdrawCommand,
      revokeCommand,
    ],
  ],
  [
    'Answer requests:',
    [inboxCommand, uiCommand, approveCommand, denyCommand, afterReviewCommand, passkeyCommand],
  ],
  ['In an emergency:', [killCommand]],
  ['Look back:', [auditCommand]],
  [
    'Set up:',
    [configureCommand, kubeconfigCommand, whoamiCommand, tokenCommand, onboardCommand, offboardCommand],
  ],
];

export function buildProgram(): Command {
  const program = new Command(programName())
    .description(
      'Access to Kubernetes that revokes itself: ask for it, have it approved, use it with kubectl.',
    )
    .version(packageJson.version, '-V, --version')
    .addOption(
      new Option('-o, --output <format>', 'what goes to stdout').choices(['text', 'json']).default('text'),
    )
    .option('--url <url>', 'URL of the API; else CURFEW_URL, else the config file')
    .option('--profile <name>', 'AWS profile to sign with')
    .option('--region <region>', 'AWS region of the API, where its URL does not say it')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', helpTail());
  for (const [heading, commands] of groups) {
    program.commandsGroup(heading);
    for (const make of commands) program.addCommand(inherit(make(), program));
  }
  return program;
}

/** Commands made on their own do not take over their parent's settings by themselves. */
function inherit(command: Command, program: Command): Command {
  for (const under of command.commands) under.copyInheritedSettings(program);
  return command
    .copyInheritedSettings(program)
    .showHelpAfterError(`(\`${program.name()} ${command.name()} --help\` explains it)`);
}

function helpTail(): string {
  const name = programName();
  const codes = exitCodes.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `
A first time:
  ${name} configure --url https://<id>.execute-api.<region>.amazonaws.com/prod
  ${name} roles
  ${name} kubeconfig --cluster payments-prod
  ${name} request --role pod-reader --cluster payments-prod -n payments --for 30m --reason "..."

It signs with your own AWS identity, as the AWS CLI does: AWS_PROFILE, keys in the environment, or a role.

Exit codes:
${codes.join('\n')}`;
}

/** Parses and runs; the exit code. Failures are told on stderr, and with --output json as {"error": ...} on stdout. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = buildProgram();
  try {
    await program.parseAsync(argv.slice(2), { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return tell(error, program.opts<{ output?: string }>().output === 'json');
  }
}

function tell(error: unknown, json: boolean): number {
  const code = exitOf(error);
  const known = error instanceof CurfewError;
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const name = known ? error.name : 'Internal';
    const details = known ? error.details : {};
    process.stdout.write(`${JSON.stringify({ error: { name, message, exit: code, details } }, null, 2)}\n`);
  }
  const lines = message.split('\n').map(safeText).join('\n');
  process.stderr.write(`${known ? lines : `A fault in curfew itself: ${lines}`}\n`);
  if (!known && process.env.CURFEW_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return code;
}
