/** A real `cdk synth`, `cdk bootstrap` and `cdk deploy` into the emulator, out of reach of a person's own AWS settings. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { cacheDir } from '#local/cache.ts';
import { run } from '#local/processes.ts';
import type { Detail, Progress } from '#local/progress.ts';
import { account, type Emulator, region } from './emulator.ts';

/** Stack name -> output name -> value. */
export type StackOutputs = Record<string, Record<string, string>>;

export interface SynthesizeOptions {
  /** A directory of its own, for the CDK's home, temporary files and result. */
  dir: string;
  progress: Progress;
  /** The command that runs the CDK app, in the project's root. Default: what cdk.json says. */
  app?: string;
  /** CDK context, such as the stack's settings. */
  context?: Record<string, string>;
}

export interface DeployOptions {
  emulator: Emulator;
  /** What `synthesize` returned. */
  assembly: string;
  /** A directory of its own. */
  dir: string;
  progress: Progress;
}

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));
const projectBin = join(projectRoot, 'node_modules', '.bin');
const outputsShape = z.record(z.string(), z.record(z.string(), z.string()));

/** Runs the CDK app: the path of the cloud assembly, which holds its templates and bundled functions. Needs no emulator. */
export async function synthesize({ dir, progress, app, context = {} }: SynthesizeOptions): Promise<string> {
  const assembly = join(dir, 'cdk.out');
  const settings = Object.entries(context).flatMap(([name, value]) => ['--context', `${name}=${value}`]);
  await progress.step('Synthesizing the stack', 'bundles each function; about 10 s', (detail) =>
    cdk(['synth', '--quiet', '--output', assembly, ...(app ? ['--app', app] : []), ...settings], {
      dir,
      cwd: projectRoot,
      env: { CURFEW_CACHE: cacheDir() }, // Else opa would be built anew for each.
      detail,
    }),
  );
  return assembly;
}

/** Bootstraps the emulator's account and deploys every stack of the assembly. Its outputs, or an error with what CDK said. */
export async function deployStack({
  emulator,
  assembly,
  dir,
  progress,
}: DeployOptions): Promise<StackOutputs> {
  const outputsFile = join(dir, 'outputs.json');
  const { env } = emulator;
  await progress.step('cdk bootstrap', 'prepares the account for deployments; about 10 s', (detail) =>
    cdk(['bootstrap', `aws://${account}/${region}`], { dir, cwd: dir, env, detail }),
  );
  await progress.step('cdk deploy', 'the same stack as for AWS; about 15 s', (detail) =>
    cdk(
      [
        'deploy',
        '--all',
        '--app',
        assembly,
        '--require-approval',
        'never',
        '--progress',
        'events',
        '--outputs-file',
        outputsFile,
      ],
      { dir, cwd: dir, env, detail },
    ),
  );
  return outputsShape.parse(JSON.parse(await readFile(outputsFile, 'utf8')));
}

interface CdkCall {
  dir: string;
  cwd: string;
  env?: Record<string, string>;
  detail: Detail;
}

/** Runs the project's pinned CDK CLI with a home and AWS settings of its own. */
async function cdk(args: readonly string[], { dir, cwd, env = {}, detail }: CdkCall): Promise<void> {
  const home = join(dir, 'home');
  const temporary = join(dir, 'tmp');
  const nothing = join(dir, 'no-aws-settings');
  await mkdir(home, { recursive: true });
  await mkdir(temporary, { recursive: true });
  await writeFile(nothing, '');
  const said: string[] = [];
  const { code } = await run({
    command: join(projectBin, 'cdk'),
    args: ['--no-notices', '--no-version-reporting', '--ci', ...args],
    cwd,
    env: {
      PATH: [projectBin, process.env.PATH ?? ''].join(delimiter),
      HOME: home,
      TMPDIR: temporary,
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      CDK_HOME: home,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_DISABLE_VERSION_CHECK: '1',
      AWS_CONFIG_FILE: nothing,
      AWS_SHARED_CREDENTIALS_FILE: nothing,
      ...env,
    },
    onLine(line) {
      if (!line.trim()) return;
      said.push(line);
      detail(line.trim());
    },
  });
  if (code !== 0)
    throw new Error(`cdk ${args[0]} failed (exit code ${code}):\n${said.slice(-40).join('\n')}`);
}
