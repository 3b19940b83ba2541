/** The real kubectl, as somebody would run it. */

import { type RunResult, run } from '#local/processes.ts';

export interface KubectlOptions {
  /** Added to our own environment; AWS credentials for an exec plugin, say. */
  env?: NodeJS.ProcessEnv;
  /** Its standard input, for `apply -f -`. */
  input?: string;
  /** 60 seconds where left out. */
  timeoutMs?: number;
}

/**
 * Runs `kubectl` with the kubeconfig at a path. What the cluster refuses is an exit code and a message, not an error.
 * No other kubeconfig of the person is looked at.
 */
export function kubectl(
  binaries: { kubectl: string },
  kubeconfig: string,
  args: readonly string[],
  { env = {}, input, timeoutMs = 60_000 }: KubectlOptions = {},
): Promise<RunResult> {
  return run({
    command: binaries.kubectl,
    args,
    env: { ...process.env, ...env, KUBECONFIG: kubeconfig },
    timeoutMs,
    ...(input !== undefined && { input }),
  });
}
