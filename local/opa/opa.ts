/** Where `opa` comes from, which compiles and tests the organisation's policy: the PATH, the cache, or its published Go module. */

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, cacheKey } from '#local/cache.ts';
import { buildGoProgram, usableGo } from '#local/go-build.ts';
import { run } from '#local/processes.ts';
import type { Progress } from '#local/progress.ts';

const moduleDir = fileURLToPath(new URL('.', import.meta.url));

/** The first that reads Rego v1 without being asked to. */
const oldestMajor = 1;

export interface OpaOptions {
  /** How to build where there is none, and with what; the Go toolchain where left out. */
  builder?: { usableGo: typeof usableGo; build: typeof buildGoProgram };
}

/**
 * The path of an `opa` that runs here: the one on the PATH if it is of version 1 or newer, else the cached build of the
 * version that go.mod pins, which is made first where there is none. Throws, saying what to do, when neither is possible.
 */
export async function ensureOpa(
  progress: Progress,
  { builder = { usableGo, build: buildGoProgram } }: OpaOptions = {},
): Promise<string> {
  const onPath = await versionOf('opa');
  if (onPath && Number(onPath.split('.')[0]) >= oldestMajor) return 'opa';
  if (onPath) progress.note(`The opa on the PATH is ${onPath}: too old, since Rego v1 begins with 1.0.0.`);
  const { version, key } = await pinned();
  const dir = await cached(
    'opa',
    key,
    async (unfinished) => {
      const go = await builder.usableGo(moduleDir);
      if (!go) {
        throw new Error(
          'The policy in Rego needs opa, which is not on the PATH, and there is no Go 1.21 or newer to build it. ' +
            'Install opa 1.0 or newer (https://www.openpolicyagent.org/docs#running-opa) or Go (https://go.dev/dl).',
        );
      }
      await progress.step(
        `Building opa ${version} with ${go}`,
        'once, from its published Go module; 1 to 3 minutes, and 0.5 GB of Go cache',
        () => builder.build(unfinished, program(version)),
      );
      const built = await versionOf(path.join(unfinished, 'opa'));
      if (built !== version) throw new Error(`The opa that was built says it is ${built}, not ${version}.`);
      await writeFile(
        path.join(unfinished, 'ORIGIN'),
        `Built by ${go} from the modules in local/opa/go.sum\n`,
      );
    },
    () => progress.note('Waiting for another process that is building opa already.'),
  );
  return path.join(dir, 'opa');
}

const program = (version: string) => ({
  name: 'opa',
  title: `opa ${version}`,
  package: 'github.com/open-policy-agent/opa',
  moduleDir,
  linkerFlags: '-s -w',
});

/** Its version such as 1.22.2, or undefined where there is none that runs. */
async function versionOf(command: string): Promise<string | undefined> {
  const result = await run({ command, args: ['version'], timeoutMs: 30_000 }).catch(() => undefined);
  return result?.code === 0 ? /^Version: (\d+\.\d+\.\d+)/m.exec(result.stdout)?.[1] : undefined;
}

async function pinned(): Promise<{ version: string; key: string }> {
  const read = (name: string) => readFile(new URL(name, import.meta.url));
  const goMod = await read('go.mod');
  const recipe = await Promise.all(['go.sum', 'opa.ts', '../go-build.ts'].map(read));
  const version = /\tgithub\.com\/open-policy-agent\/opa v(\d+\.\d+\.\d+)/.exec(goMod.toString())?.[1];
  if (!version) throw new Error('local/opa/go.mod requires no version of github.com/open-policy-agent/opa.');
  return { version, key: cacheKey(goMod, ...recipe, version, process.platform, process.arch) };
}
