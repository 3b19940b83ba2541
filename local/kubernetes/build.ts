/** Builds the pinned kube-apiserver, kubectl and etcd from the published Go modules, for where no archive can be had. */

import path from 'node:path';
import { run } from '#local/processes.ts';
import type { Detail } from '#local/progress.ts';
import { moduleDir, type Program, type Release } from './release.ts';

const packages: Record<Program, string> = {
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  etcd: 'go.etcd.io/etcd/server/v3',
};

/** An older Go than go.mod asks for fetches that one by itself; this is the first that does. */
const oldestGo = { major: 1, minor: 21 };

/** The installed Go's version, such as "go1.26.8", or undefined where there is none that can build. */
export async function usableGo(): Promise<string | undefined> {
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

/** Fills `dir` with the three programs. The largest goes first: the others reuse most of what it compiled. */
export async function buildPrograms(dir: string, release: Release, detail: Detail): Promise<void> {
  for (const program of ['kube-apiserver', 'kubectl', 'etcd'] as const) {
    detail(program);
    await build(program, dir, release);
  }
}

async function build(program: Program, dir: string, release: Release): Promise<void> {
  const { code, signal, stderr } = await run({
    command: 'go',
    args: [
      'build',
      '-trimpath',
      '-ldflags',
      linkerFlags(release),
      '-o',
      path.join(dir, program),
      packages[program],
    ],
    cwd: moduleDir,
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
      `Building ${program} ${release.version} with Go failed (${signal ?? `exit code ${code}`}):\n` +
        stderr.trimEnd().split('\n').slice(-15).join('\n'),
    );
  }
}

/** The version is what the API server tells its clients; no date, so that a second build is the same byte for byte. */
function linkerFlags({ version }: Release): string {
  const [major, minor] = version.split('.');
  const facts = {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitCommit: 'published-module',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
  };
  const flags = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((pkg) =>
    Object.entries(facts).map(([name, value]) => `-X ${pkg}.${name}=${value}`),
  );
  return ['-s', '-w', ...flags].join(' ');
}
