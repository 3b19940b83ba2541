/** Which Kubernetes runs locally, for which machines, and from what it is made: go.mod is the one place that says. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cacheKey } from '#local/cache.ts';

export const moduleDir = fileURLToPath(new URL('.', import.meta.url));

/** The file names that envtest, and so everybody's KUBEBUILDER_ASSETS, uses. */
export const programs = ['etcd', 'kube-apiserver', 'kubectl'] as const;
export type Program = (typeof programs)[number];

export interface Release {
  /** Without `v`: 1.36.3. */
  version: string;
  /** As Go and the published archives name them: linux or darwin, amd64 or arm64. */
  os: string;
  arch: string;
  /** Changes with anything the programs are made from. */
  key: string;
}

const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

export async function pinnedRelease(): Promise<Release> {
  const arch = architectures[process.arch];
  if (!arch || !['linux', 'darwin'].includes(process.platform)) {
    throw new Error(
      `The local cluster runs on Linux and macOS, x64 and arm64, not on ${process.platform} ${process.arch}. ` +
        'On Windows, use WSL.',
    );
  }
  const read = (name: string) => readFile(new URL(name, import.meta.url));
  const goMod = await read('go.mod');
  const recipe = await Promise.all(['go.sum', 'build.ts', '../go-build.ts'].map(read));
  const version = /^\tk8s\.io\/kubernetes v(\d+\.\d+\.\d+)$/m.exec(goMod.toString())?.[1];
  if (!version) throw new Error('local/kubernetes/go.mod requires no k8s.io/kubernetes version.');
  const os = process.platform;
  return { version, os, arch, key: cacheKey(goMod, ...recipe, version, os, arch) };
}
