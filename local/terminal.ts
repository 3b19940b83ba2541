/** Terminals of the local cloud: somebody is signed in, `curfew` and `kubectl` are on the PATH, nothing of this machine's user leaks in. */
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { region } from './emulator/emulator.ts';
import type { KubernetesBinaries } from './kubernetes/binaries.ts';
import { type RunOptions, type RunResult, run } from './processes.ts';

export interface Terminal {
  /** Who is signed in. */
  profile: string;
  env: Record<string, string>;
  run(
    command: string,
    args: readonly string[],
    options?: Pick<RunOptions, 'onLine' | 'input' | 'timeoutMs' | 'env'>,
  ): Promise<RunResult>;
}

const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** A function from profile to terminal. Each profile has a home, and so a kubeconfig, of its own. */
export async function terminalFor({
  dir,
  binaries,
  env,
}: {
  dir: string;
  binaries: KubernetesBinaries;
  env: Record<string, string>;
}): Promise<(profile: string) => Terminal> {
  const bin = join(dir, 'bin');
  await mkdir(bin);
  await symlink(binaries.kubectl, join(bin, 'kubectl'));
  for (const name of ['curfew', 'kubectl-curfew']) {
    await writeFile(join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    await chmod(join(bin, name), 0o755);
  }
  return (profile) => {
    const home = join(dir, 'home', profile);
    const own = {
      ...env,
      PATH: [bin, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
      HOME: home,
      LANG: 'C.UTF-8',
      KUBECONFIG: join(home, 'kubeconfig'),
      AWS_PROFILE: profile,
      AWS_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    return {
      profile,
      env: own,
      async run(command, args, options = {}) {
        await mkdir(home, { recursive: true });
        // Resolved here and not by the search of the machine's own PATH.
        const file = ['kubectl', 'curfew', 'kubectl-curfew'].includes(command) ? join(bin, command) : command;
        return run({ command: file, args, env: own, cwd: home, ...options });
      },
    };
  };
}
