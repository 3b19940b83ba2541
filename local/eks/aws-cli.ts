/** The real AWS CLI, pinned and in the cache, whatever this machine has: `aws eks get-token` is what people's kubectl calls. */
import { fileURLToPath } from 'node:url';
import { region } from '#local/emulator/emulator.ts';
import { ensurePythonEnvironment } from '#local/emulator/environment.ts';
import type { Progress } from '#local/progress.ts';

/** A command line to put arguments behind. */
export interface AwsCli {
  command: string;
  args: readonly string[];
}

const requirements = fileURLToPath(new URL('aws-cli-requirements.txt', import.meta.url));

export async function ensureAwsCli(progress: Progress): Promise<AwsCli> {
  const python = await ensurePythonEnvironment('aws-cli', requirements, progress);
  return { command: python, args: ['-m', 'awscli'] };
}

/**
 * The exec part of a kubeconfig's user who signs in with the AWS CLI, as `aws eks update-kubeconfig` writes it.
 * An endpoint that is configured for STS would be signed into the token, so none may be: see AWS_IGNORE_....
 */
export function getTokenExec(cli: AwsCli, clusterName: string, env: Readonly<Record<string, string>>) {
  return {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: cli.command,
    args: [
      ...cli.args,
      'eks',
      'get-token',
      '--cluster-name',
      clusterName,
      '--region',
      region,
      '--output',
      'json',
    ],
    env: Object.entries({ ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }).map(([name, value]) => ({
      name,
      value,
    })),
    interactiveMode: 'Never',
  };
}
