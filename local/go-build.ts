/** Builds one program from published Go modules that a go.mod and its complete go.sum pin: for where no archive can be had. */

import path from 'node:path';
import { run } from './processes.ts';

/** An older Go than go.mod asks for fetches that one by itself; this is the first that does. */
const oldestGo = { major: 1, minor: 21 };

/** The installed Go's version, such as "go1.26.8", or undefined where there is none that can build. */
export async function usableGo(moduleDir: string): Promise<string | undefined> {
  const result = await run({
    command: 'go',
    args: ['env', 'GOVERSION'],
    cwd: moduleDir,
    timeoutMs: 60_000,
  }).catch(() => undefined);
  const version = result?.code === 0 ? result.stdout.trim() : undefined;
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  const enough = Number(major) === oldestGo.major && Number(minor) >= oldestGo.minor;
  return enough ? version : undefined;
}

export interface GoProgram {
  /** Its file's name in `dir`. */
  name: string;
  /** What people know it by, for errors: "kubectl 1.36.3". */
  title: string;
  package: string;
  /** Folder of the go.mod and go.sum. */
  moduleDir: string;
  linkerFlags: string;
}

/** The same bytes from the same modules: nothing of this machine or of today goes in. Rejects with the end of what Go said. */
export async function buildGoProgram(dir: string, program: GoProgram): Promise<void> {
  const { code, signal, stderr } = await run({
    command: 'go',
    args: [
      'build',
      '-trimpath',
      '-ldflags',
      program.linkerFlags,
      '-o',
      path.join(dir, program.name),
      program.package,
    ],
    cwd: program.moduleDir,
    env: {
      ...process.env,
      CGO_ENABLED: '0',
      // go.sum is complete, so nothing may be added to it; a workspace or flags of the person's must not reach in here.
      GOFLAGS: '-mod=readonly -buildvcs=false',
      GOWORK: 'off',
    },
  });
  if (code !== 0) {
    throw new Error(
      `Building ${program.title} with Go failed (${signal ?? `exit code ${code}`}):\n` +
        stderr.trimEnd().split('\n').slice(-15).join('\n'),
    );
  }
}
