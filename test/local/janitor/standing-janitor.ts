/** Runs the janitor as it stands in a cluster: its CronJob's command, the program of its ConfigMap, its account's token. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import { type RunResult, run } from '#local/processes.ts';
import type { TestCluster } from '../onboard/cluster.ts';
import type { Front } from './front.ts';

export const cronJobPath = '/apis/batch/v1/namespaces/curfew-system/cronjobs/curfew-janitor';

export interface StandingJanitor {
  /** What the pod would run; with `imports` first, as a module that Node loads before it. */
  run(change?: { imports?: string; env?: NodeJS.ProcessEnv }): Promise<RunResult>;
}

export async function standingJanitor(on: TestCluster, front: Front, dir: string): Promise<StandingJanitor> {
  const { spec } = await on.must({ method: 'GET', path: cronJobPath });
  const pod = spec.jobTemplate.spec.template.spec;
  const [container] = pod.containers;
  const [mount] = container.volumeMounts;
  const { data } = await on.must({
    method: 'GET',
    path: `/api/v1/namespaces/curfew-system/configmaps/${pod.volumes[0].configMap.name}`,
  });
  const program = path.join(dir, 'program');
  const account = path.join(dir, 'account');
  for (const folder of [program, account]) await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(data)) await writeFile(path.join(program, name), text as string);
  const token = await kubectl(on.binaries, on.cluster.adminKubeconfig, [
    'create',
    'token',
    pod.serviceAccountName,
    '--namespace=curfew-system',
  ]);
  if (token.code !== 0) throw new Error(token.stderr);
  await writeFile(path.join(account, 'token'), token.stdout);
  await writeFile(path.join(account, 'ca.crt'), front.caPem);
  const places = [
    [mount.mountPath, program],
    ['/var/run/secrets/kubernetes.io/serviceaccount', account],
  ] as const;
  const here = (argument: string) =>
    places.reduce(
      (text, [there, local]) => (text.startsWith(there) ? text.replace(there, local) : text),
      argument,
    );
  const [command, ...args] = container.command as string[];
  if (command !== 'node') throw new Error(`The janitor is started by ${command}.`);
  return {
    run: ({ imports, env = {} } = {}) =>
      run({
        command: process.execPath,
        args: [
          ...(imports === undefined ? [] : ['--import', `data:text/javascript,${imports}`]),
          ...args.map(here),
        ],
        env: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(front.port), ...env },
        timeoutMs: 60_000,
      }),
  };
}
