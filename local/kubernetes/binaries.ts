/** Where the real kube-apiserver, etcd and kubectl come from: a folder of the person's, the cache, an archive, or source. */

import { access, constants, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cached } from '#local/cache.ts';
import { usableGo } from '#local/go-build.ts';
import { run } from '#local/processes.ts';
import type { Progress } from '#local/progress.ts';
import { buildPrograms } from './build.ts';
import { downloadPrograms, officialIndex } from './download.ts';
import { moduleDir, type Program, pinnedRelease, programs, type Release } from './release.ts';

/** Paths of programs that have been seen to run. */
export interface KubernetesBinaries {
  etcd: string;
  kubeApiserver: string;
  kubectl: string;
}

export interface BinariesOptions {
  /** `KUBEBUILDER_ASSETS` and `CURFEW_ENVTEST_INDEX` are read from it; the process's own where left out. */
  environment?: NodeJS.ProcessEnv;
  /** How long a download server may be silent: 8000 ms. */
  silenceMs?: number;
  /** How to build where nothing else helps, and with what; the Go toolchain where left out. */
  builder?: { usableGo: typeof usableGo; buildPrograms: typeof buildPrograms };
}

const versionArguments: Record<Program, string[]> = {
  etcd: ['--version'],
  'kube-apiserver': ['--version'],
  kubectl: ['version', '--client'],
};

/** The first Kubernetes 1.x in which ValidatingAdmissionPolicies, our fences, are not a preview. */
const oldestMinor = 30;

/**
 * The programs of a local cluster, made available in this order: `KUBEBUILDER_ASSETS`; the cache; the official archive,
 * found through the index at `CURFEW_ENVTEST_INDEX` (the official one by default); a build from source.
 * What was fetched or built stays in the cache. Throws, saying what to do, when none of these is possible.
 */
export async function ensureKubernetesBinaries(
  progress: Progress,
  {
    environment = process.env,
    silenceMs = 8_000,
    builder = { usableGo, buildPrograms },
  }: BinariesOptions = {},
): Promise<KubernetesBinaries> {
  const own = environment.KUBEBUILDER_ASSETS;
  if (own) {
    await checkPrograms(own).catch((error: unknown) => {
      throw new Error(
        `KUBEBUILDER_ASSETS is ${own}, but ${messageOf(error)} ` +
          'Put etcd, kube-apiserver and kubectl there, or unset it to have them fetched or built.',
      );
    });
    return pathsIn(own);
  }

  const release = await pinnedRelease();
  const indexUrl = environment.CURFEW_ENVTEST_INDEX || officialIndex;
  const dir = await cached(
    'kubernetes',
    release.key,
    async (unfinished) => {
      const origin =
        (await download(unfinished, release, progress, { indexUrl, silenceMs })) ??
        (await build(unfinished, release, progress, builder));
      await writeFile(path.join(unfinished, 'ORIGIN'), origin);
    },
    () => progress.note('Waiting for another process that is getting the Kubernetes programs already.'),
  );
  return pathsIn(dir);
}

/** Says where it was fetched from, or undefined when that was not possible; the person is told why. */
async function download(
  dir: string,
  release: Release,
  progress: Progress,
  options: { indexUrl: string; silenceMs: number },
): Promise<string | undefined> {
  try {
    return await progress.step(
      `Fetching kube-apiserver, etcd and kubectl ${release.version}`,
      'once; about 70 MB',
      async (detail) => {
        const origin = await downloadPrograms(dir, release, { ...options, detail });
        await checkPrograms(dir);
        return origin;
      },
    );
  } catch (error) {
    progress.note(`The archive can't be used: ${messageOf(error)} Building from source instead.`);
    return undefined;
  }
}

async function build(
  dir: string,
  release: Release,
  progress: Progress,
  { usableGo, buildPrograms }: NonNullable<BinariesOptions['builder']>,
): Promise<string> {
  const go = await usableGo(moduleDir);
  if (!go) {
    throw new Error(
      'The Kubernetes API server could be neither fetched nor built: the archive is out of reach (see above) and ' +
        'there is no Go 1.21 or newer. Install Go (https://go.dev/dl), or set KUBEBUILDER_ASSETS to a folder that ' +
        'holds etcd, kube-apiserver and kubectl.',
    );
  }
  await progress.step(
    `Building kube-apiserver, kubectl and etcd ${release.version} with ${go}`,
    'once, from the published Go modules; 4 to 12 minutes, and 3 GB of Go cache',
    async (detail) => {
      await buildPrograms(dir, release, detail);
      await checkPrograms(dir);
    },
  );
  return `Built by ${go} from the modules in local/kubernetes/go.sum\n`;
}

/** Each is there and runs on this machine; a program for another one only shows when it is started. */
async function checkPrograms(dir: string): Promise<void> {
  for (const program of programs) {
    const file = path.join(dir, program);
    await access(file, constants.X_OK).catch(() => {
      throw new Error(`there is no executable ${program} in it.`);
    });
    const problem = await run({ command: file, args: versionArguments[program], timeoutMs: 30_000 }).then(
      ({ code, signal, stdout, stderr }) => {
        if (code !== 0) return `does not run here (${signal ?? `exit code ${code}`} ${stderr.trim()})`;
        const minor = /^Kubernetes v1\.(\d+)/.exec(stdout)?.[1];
        return Number(minor) < oldestMinor ? `is too old: ${stdout.trim()}` : undefined;
      },
      (error: unknown) => `does not run here (${messageOf(error)})`,
    );
    if (problem) throw new Error(`its ${program} ${problem}.`);
  }
}

function pathsIn(dir: string): KubernetesBinaries {
  const at = (program: Program) => path.resolve(dir, program);
  return { etcd: at('etcd'), kubeApiserver: at('kube-apiserver'), kubectl: at('kubectl') };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
