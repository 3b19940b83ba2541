/** The command that `curfew run` runs: started with access, signals passed on, its end told as a shell would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { onSignals } from '../signals.ts';

export interface ChildEnd {
  /** Exit code as a shell reports it: 128 + number where a signal ended it, 127 not found, 126 not executable. */
  code: number;
  /** Why it could not be started. */
  fault?: string;
}

/** Runs to its end. Signals that reach this process go on to the command; a third Ctrl-C kills it. */
export function runChild(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ChildEnd> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    const stopForwarding = onSignals(forwarder(child));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      stopForwarding();
      const fault = error.code === 'ENOENT' ? 'there is no such command' : error.message;
      resolve({ code: error.code === 'ENOENT' ? 127 : 126, fault: `${command}: ${fault}` });
    });
    child.on('exit', (code, signal) => {
      stopForwarding();
      resolve({ code: signal === null ? (code ?? 1) : 128 + constants.signals[signal] });
    });
  });
}

function forwarder(child: ChildProcess): (name: NodeJS.Signals) => void {
  let interrupts = 0;
  return (name) => {
    if (name !== 'SIGINT') {
      child.kill(name);
      return;
    }
    interrupts++;
    // The terminal has sent the first one to the command, too; a second copy would make kubectl quit unkindly.
    const fromTerminal = process.stdin.isTTY === true;
    if (interrupts > 2) child.kill('SIGKILL');
    else if (interrupts === 2) child.kill('SIGTERM');
    else if (!fromTerminal) child.kill('SIGINT');
  };
}
