/** `curfew run`: one command with access; asked for before, given back after, whatever its exit. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import { type AskOptions, addAskOptions, newRequest, saidBack, submit } from '../asking.ts';
import { claimInstead } from '../claiming.ts';
import { NoAccess } from '../failures.ts';
import { kubeconfigText } from '../kubeconfig.ts';
import { runChild } from '../running/child.ts';
import { giveBack } from '../running/give-back.ts';
import { watchEnd } from '../running/watch-end.ts';
import { openSession, type Session } from '../session.ts';
import { holdSignals, interruptible } from '../signals.ts';
import { safeText } from '../terminal/safe-text.ts';
import { when } from '../terminal/times.ts';
import { type Access, waitForAccess } from '../waiting/wait-for-access.ts';

export function runCommand(): Command {
  return addAskOptions(new Command('run'))
    .description(
      'Run one command with access: asks, waits, runs it, gives the access back. Its exit code is yours.',
    )
    .argument('[command...]', 'after --, the command and its arguments')
    .addOption(new Option('--at <when>').hideHelp())
    .addHelpText(
      'after',
      `
Examples:
  curfew run --role pod-reader --cluster payments-prod -n payments --for 15m \\
      --reason "nightly report" -- kubectl get pods -o wide
  curfew run --role deployer ... -- ./deploy.sh

The command gets a KUBECONFIG of its own, with the namespace set, that is gone afterwards; and CURFEW_REQUEST_ID and
CURFEW_EXPIRES_AT. Signals go to it; the second Ctrl-C sends it SIGTERM, the third SIGKILL. The access is given back
in each case; should curfew itself be killed, it ends by itself when its time is up.
Exit codes are the command's; 126 and 127 as in a shell; before it has started, those of \`curfew --help\`.`,
    )
    .action(async (words: string[], options: AskOptions, command: Command) => {
      const [program, ...args] = words;
      if (program === undefined) {
        throw new InvalidInput(
          'Which command? Write it after --, as in: curfew run --role pod-reader -- kubectl get pods',
        );
      }
      if (options.at !== undefined) {
        throw new InvalidInput(
          '`curfew run` has no --at: it stays here until its command has ended, and a start hours ahead would be lost with this terminal. Instead:\n  curfew request ... --at <when> --wait && <command>',
        );
      }
      const session = openSession(command);
      if (session.terminal.format === 'json') {
        throw new InvalidInput("`curfew run` has no JSON output: stdout is the command's.");
      }
      const body = await newRequest(session, options);
      // From before anything is asked for until it is given back, no signal may end this process in between.
      const release = holdSignals();
      try {
        const request = (await claimInstead(session, body)) ?? (await submit(session, body));
        session.terminal.progress(saidBack(request));
        process.exitCode = await withAccess(
          session,
          request.id,
          () => interruptible((signal) => waitForAccess(session, request, signal)),
          (access) => runWith(session, access, program, args),
        );
      } finally {
        release();
      }
    });
}

/** Access from `obtain`, used by `use`, given back on every way out that a process can notice. */
async function withAccess(
  session: Session,
  id: string,
  obtain: () => Promise<Access>,
  use: (access: Access) => Promise<number>,
): Promise<number> {
  let access: Access | undefined;
  const back = (reason: string) => giveBack(session, { id, reason, ...(access ? { access } : {}) });
  const crash = (error: unknown) => {
    session.terminal.progress(
      `A fault in curfew itself: ${error instanceof Error ? error.message : String(error)}`,
    );
    void back('curfew run failed').then(() => process.exit(1));
  };
  process.once('uncaughtException', crash);
  try {
    access = await obtain();
    const code = await use(access);
    await back('the command of curfew run has ended');
    return code;
  } catch (error) {
    // Where the answer was no, there is nothing to give back.
    if (!(error instanceof NoAccess)) await back('curfew run was stopped');
    throw error;
  } finally {
    process.off('uncaughtException', crash);
  }
}

async function runWith(session: Session, access: Access, program: string, args: string[]): Promise<number> {
  const { request, cluster } = access;
  const { terminal } = session;
  const expiresAt = request.grant?.expiresAt ?? request.updatedAt;
  const directory = mkdtempSync(join(tmpdir(), 'curfew-run-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const [namespace] = request.asked.namespaces;
  writeFileSync(
    kubeconfig,
    kubeconfigText({
      cluster,
      context: request.asked.cluster,
      ...(namespace ? { namespace } : {}),
      ...(session.profile ? { profile: session.profile } : {}),
    }),
    { mode: 0o600 },
  );
  terminal.progress(`Access until ${when(expiresAt)}. Running ${safeText(program)}.`);
  const unwatch = watchEnd(session, request);
  try {
    const env = {
      ...process.env,
      KUBECONFIG: kubeconfig,
      CURFEW_REQUEST_ID: request.id,
      CURFEW_EXPIRES_AT: expiresAt,
    };
    const { code, fault } = await runChild(program, args, env);
    if (fault) terminal.progress(`curfew: ${safeText(fault)}`);
    return code;
  } finally {
    unwatch();
    rmSync(directory, { recursive: true, force: true });
  }
}
