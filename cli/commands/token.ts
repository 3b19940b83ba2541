/** `curfew token`: what kubectl calls to authenticate; signed here, without any call to the network. */
import { Command } from 'commander';
import { signEksToken } from '#adapters/eks-token.ts';
import { InvalidInput } from '#domain/errors.ts';
import { openSession } from '../session.ts';

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

export function tokenCommand(): Command {
  return new Command('token')
    .description('Print a token for a cluster, as `aws eks get-token` does; for kubectl, not for people.')
    .option('--cluster <cluster>', 'name of the cluster in the catalog (asks the API where it is)')
    .option('--eks-name <name>', 'name of the cluster in EKS (asks nobody); with --region')
    .action(async (options: { cluster?: string; eksName?: string }, command: Command) => {
      const session = openSession(command);
      const { clusterName, region } = await place(session, options);
      const credentials = await session.identity.credentials();
      const { token, expiresAt } = await signEksToken({ clusterName, region, credentials });
      // Whole seconds, as kubectl's other helpers write it.
      const expirationTimestamp = `${expiresAt.toISOString().slice(0, 19)}Z`;
      process.stdout.write(
        `${JSON.stringify({ kind: 'ExecCredential', apiVersion: wantedVersion(), spec: {}, status: { expirationTimestamp, token } })}\n`,
      );
    });
}

async function place(
  session: ReturnType<typeof openSession>,
  options: { cluster?: string; eksName?: string },
): Promise<{ clusterName: string; region: string }> {
  if (options.eksName !== undefined) {
    return { clusterName: options.eksName, region: await session.identity.region() };
  }
  if (options.cluster === undefined) {
    throw new InvalidInput(
      'For which cluster? --cluster <name in the catalog>, or --eks-name <name in EKS> --region <region>.',
    );
  }
  const { eksName, region } = await session.api().cluster(options.cluster);
  return { clusterName: eksName, region };
}

/** The version the calling kubectl speaks, which refuses any other. */
function wantedVersion(): string {
  try {
    const { apiVersion } = JSON.parse(process.env.KUBERNETES_EXEC_INFO ?? '{}');
    if (versions.includes(apiVersion)) return apiVersion;
  } catch {
    // Not called by kubectl, or by one that says nothing.
  }
  return 'client.authentication.k8s.io/v1';
}
