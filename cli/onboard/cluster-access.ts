/** Finds the cluster in EKS, and reaches its Kubernetes API as the person who runs the command. */
import { readFileSync } from 'node:fs';
import { signEksToken } from '#adapters/eks-token.ts';
import { ClusterNotReady, InvalidInput } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import type { Identity } from '../identity.ts';
import type { ClusterAccess } from './kubernetes-call.ts';

/** With the person's own AWS identity: the very cluster that the catalog means, whatever a kubeconfig says. */
export function accessByIdentity(
  cluster: ClusterAddress,
  identity: Pick<Identity, 'credentials'>,
): ClusterAccess {
  const ca = Buffer.from(cluster.certificateAuthority, 'base64').toString('utf8');
  let token: Awaited<ReturnType<typeof signEksToken>> | undefined;
  return {
    server: new URL(cluster.endpoint),
    async options() {
      if (!token || token.expiresAt.getTime() - Date.now() < 60_000) {
        const credentials = await identity.credentials();
        token = await signEksToken({ clusterName: cluster.eksName, region: cluster.region, credentials });
      }
      return { ca, headers: { authorization: `Bearer ${token.token}` } };
    },
  };
}

/**
 * With the user of a kubeconfig, for those who reach the cluster's API in another way. Throws InvalidInput when it leads to
 * another cluster than EKS says: onboarding the wrong one is hard to notice.
 */
export async function accessByKubeconfig(
  cluster: ClusterAddress,
  from: { kubeconfig?: string; context?: string },
): Promise<ClusterAccess> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const file = from.kubeconfig ?? 'your kubeconfig';
  try {
    if (from.kubeconfig === undefined) config.loadFromDefault();
    else {
      readFileSync(from.kubeconfig);
      config.loadFromFile(from.kubeconfig);
    }
  } catch (error) {
    throw new InvalidInput(`Can't read ${file}: ${(error as Error).message}`, { cause: error });
  }
  if (from.context !== undefined) config.setCurrentContext(from.context);
  const found = config.getCurrentCluster();
  if (!found) {
    const known = config.getContexts().map(({ name }) => name);
    throw new InvalidInput(
      `${file} has no context "${config.getCurrentContext()}". It has: ${known.join(', ') || 'none'}. Choose one with --context.`,
    );
  }
  const server = new URL(found.server);
  if (server.origin !== new URL(cluster.endpoint).origin) {
    throw new InvalidInput(
      `Context "${config.getCurrentContext()}" of ${file} leads to ${server.origin}, but EKS cluster ${cluster.eksName} is at ` +
        `${new URL(cluster.endpoint).origin}. Choose another context with --context, or leave out --kubeconfig and --context.`,
    );
  }
  if (found.skipTLSVerify) {
    throw new InvalidInput(
      `Context "${config.getCurrentContext()}" of ${file} does not verify the cluster's certificate. Take insecure-skip-tls-verify out of it.`,
    );
  }
  return {
    server,
    async options() {
      const options: Parameters<typeof config.applyToHTTPSOptions>[0] = {};
      await config.applyToHTTPSOptions(options);
      const { ca, cert, key, servername, headers } = options;
      return { ca, cert, key, servername, headers: { ...headers } } as Awaited<
        ReturnType<ClusterAccess['options']>
      >;
    },
  };
}

/** Throws ClusterNotReady, saying what to do, when it is missing, not active, or takes no access entries. */
export function eksClusterOf(
  described:
    | {
        name?: string | undefined;
        status?: string | undefined;
        endpoint?: string | undefined;
        certificateAuthority?: { data?: string | undefined } | undefined;
        accessConfig?: { authenticationMode?: string | undefined } | undefined;
      }
    | undefined,
  eksName: string,
  region: string,
): ClusterAddress {
  if (!described) {
    throw new ClusterNotReady(
      `There is no EKS cluster "${eksName}" in ${region}, in the account that you are signed in to. Check \`eksName\` and \`region\` in the catalog, and your AWS profile.`,
    );
  }
  const { endpoint, certificateAuthority, accessConfig, status } = described;
  if (status !== 'ACTIVE' && status !== 'UPDATING') {
    throw new ClusterNotReady(`EKS cluster ${eksName} is ${status}. Run this again when it is ACTIVE.`);
  }
  if (!endpoint || !certificateAuthority?.data) {
    throw new ClusterNotReady(
      `EKS does not say where the API of cluster ${eksName} is. Run this again later.`,
    );
  }
  if (accessConfig?.authenticationMode === undefined || accessConfig.authenticationMode === 'CONFIG_MAP') {
    throw new ClusterNotReady(
      `EKS cluster ${eksName} takes no access entries. Switch them on first (entries of aws-auth stay valid; it can't be undone):\n` +
        `  aws eks update-cluster-config --region ${region} --name ${eksName} --access-config authenticationMode=API_AND_CONFIG_MAP`,
    );
  }
  return { eksName, region, endpoint, certificateAuthority: certificateAuthority.data };
}
