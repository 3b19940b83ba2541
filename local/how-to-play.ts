/** How to play with a local cloud that is left running. */
import type { LocalCloud } from './cloud.ts';
import { people } from './people.ts';

/** Commands that work when pasted into another terminal, and addresses for a browser. */
export function howToPlay(cloud: LocalCloud): string {
  const { env } = cloud.as('alice');
  const { cluster, role } = cloud.company;
  const exported = [
    'AWS_CONFIG_FILE',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_REGION',
    'AWS_EC2_METADATA_DISABLED',
    'CURFEW_URL',
  ];
  return `
The local cloud is running. In another terminal, be alice (or ${Object.keys(people)
    .filter((name) => name !== 'alice')
    .join(', ')}):

${exported.map((name) => `  export ${name}='${env[name] ?? ''}'`).join('\n')}
  export PATH='${cloud.dir}/bin':"$PATH" KUBECONFIG='${cloud.dir}/kubeconfig' AWS_PROFILE=alice

  curfew kubeconfig --cluster ${cluster} --use
  curfew request --cluster ${cluster} -n payments --role ${role} --for 2m --ticket INC-1 --reason 'trying it'
  kubectl get pods -n payments

  Mails (open one, approve):  ${cloud.mailbox.url}
  As the cluster's admin:     kubectl --kubeconfig '${cloud.cluster.adminKubeconfig}' get rolebindings -A
  AWS, as root:               AWS_PROFILE= AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --endpoint-url ${cloud.emulator.url} dynamodb scan --table-name '${cloud.outputs.TableName ?? ''}'
  Logs:                       ${cloud.emulator.logFile}

Ctrl-C stops everything.
`;
}

/** Stays until Ctrl-C, which ends what was started. */
export async function untilInterrupted(): Promise<never> {
  // An interval and not a promise alone: nothing else keeps the process alive.
  return new Promise(() => setInterval(() => {}, 1 << 30));
}
