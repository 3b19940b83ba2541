/** The processes in which an emulator runs functions: its children, told apart by the folders that they are started in. */
import { run } from '#local/processes.ts';

const listed = /^\s*(\d+)\s+(\d+)\s+(.*)$/;
/** The emulator unpacks a function into a folder of this name, and starts it by a path in there. */
const folder = /\/ministack-lambda-(.+)-[^-/]+\/_worker\./;

/** SIGKILL to those of the emulator with this process number whose function's name matches. Returns the names. */
export async function killFunctions(emulatorPid: number, named: RegExp): Promise<string[]> {
  const { stdout } = await run({ command: 'ps', args: ['-A', '-ww', '-o', 'pid=,ppid=,args='] });
  const killed: string[] = [];
  for (const line of stdout.split('\n')) {
    const [, pid, parent, command = ''] = listed.exec(line) ?? [];
    const name = folder.exec(command)?.[1];
    if (Number(parent) !== emulatorPid || name === undefined || !named.test(name)) continue;
    if (signal(Number(pid))) killed.push(name);
  }
  return killed;
}

/** False where it has ended by itself meanwhile. */
function signal(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
