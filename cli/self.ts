/** How this program is called: under which name, and how another program can start it again. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

/** `kubectl curfew` when kubectl runs it as its plugin, else `curfew`. */
export function programName(script = process.argv[1] ?? ''): string {
  return /^kubectl[-_]curfew/.test(basename(script)) ? 'kubectl curfew' : 'curfew';
}

function onPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    const candidate = join(directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      return realpathSync(candidate);
    } catch {
      // not in this one
    }
  }
  return undefined;
}

/**
 * Command and first arguments that start this program. The bare name where the PATH leads to this very file,
 * so that kubeconfigs survive an upgrade; else this Node with this file.
 */
export function selfCommand(
  script = process.argv[1] ?? '',
  env: NodeJS.ProcessEnv = process.env,
): { command: string; args: string[] } {
  const file = realpathSync(script);
  for (const name of ['curfew', 'kubectl-curfew']) {
    if (onPath(name, env) === file) return { command: name, args: [] };
  }
  return { command: process.execPath, args: [file] };
}
