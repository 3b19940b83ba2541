/** One local cloud for all tests of this project: started before the first, stopped after the last, whatever happens in between. */
import type { TestProject } from 'vitest/node';
import { type LocalCloud, startLocalCloud } from '#local/cloud.ts';
import type { EksEndpoint } from '#local/eks/stand-in.ts';
import { progressTo } from '#local/progress.ts';

/** What of a cloud another process can use: addresses, paths and names. `inject('cloud')` gives it to a test. */
export interface CloudFacts {
  dir: string;
  apiUrl: string;
  emulatorUrl: string;
  /** Requests, and what functions logged. */
  emulatorLog: string;
  /** The EKS stand-in; its control routes are under `/_local/`. */
  eksUrl: string;
  cluster: Pick<LocalCloud['cluster'], 'name' | 'url' | 'caPem' | 'adminKubeconfig' | 'auditLog'>;
  binaries: LocalCloud['binaries'];
  outputs: Record<string, string>;
}

declare module 'vitest' {
  export interface ProvidedContext {
    cloud: CloudFacts;
  }
}

/** For a test file with a cloud of its own, too: the steps work on the facts of any. */
export function factsOf(cloud: LocalCloud<EksEndpoint>): CloudFacts {
  const { dir, apiUrl, emulator, eks, cluster, binaries, outputs } = cloud;
  const { name, url, caPem, adminKubeconfig, auditLog } = cluster;
  return {
    dir,
    apiUrl,
    emulatorUrl: emulator.url,
    emulatorLog: emulator.logFile,
    eksUrl: eks.url,
    cluster: { name, url, caPem, adminKubeconfig, auditLog },
    binaries,
    outputs,
  };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cloud = await startLocalCloud({ progress: progressTo() });
  project.provide('cloud', factsOf(cloud));
  return () => cloud.stop();
}
