/** Builds the pinned kube-apiserver, kubectl and etcd from the published Go modules, for where no archive can be had. */

import { buildGoProgram } from '#local/go-build.ts';
import type { Detail } from '#local/progress.ts';
import { moduleDir, type Program, type Release } from './release.ts';

const packages: Record<Program, string> = {
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  etcd: 'go.etcd.io/etcd/server/v3',
};

/** Fills `dir` with the three programs. The largest goes first: the others reuse most of what it compiled. */
export async function buildPrograms(dir: string, release: Release, detail: Detail): Promise<void> {
  for (const program of ['kube-apiserver', 'kubectl', 'etcd'] as const) {
    detail(program);
    await buildGoProgram(dir, {
      name: program,
      title: `${program} ${release.version}`,
      package: packages[program],
      moduleDir,
      linkerFlags: linkerFlags(release),
    });
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
