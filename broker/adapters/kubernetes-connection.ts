/** One verified TLS connection to a cluster's API server, kept open, with a bearer token of our own on every request. */
import {
  ApiException,
  createConfiguration,
  RbacAuthorizationV1Api,
  ServerConfiguration,
} from '@kubernetes/client-node';
import { Agent, fetch } from 'undici';
import { ClusterNotReady } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';

export interface Timeouts {
  connectMs: number;
  /** Of one request, all of it. */
  requestMs: number;
}

export interface KubernetesApis {
  rbac: RbacAuthorizationV1Api;
  /** JSON at a path; throws as the library does. Its API for namespaces would make a function load a quarter more. */
  get(path: string): Promise<unknown>;
}

/**
 * Not by the library's KubeConfig: it opens a connection for every request, which would put a TLS handshake between
 * the instant of the end and the delete, and it stops verifying the server when a variable of the environment says so.
 */
export function kubernetesApis(address: ClusterAddress, token: string, timeouts: Timeouts): KubernetesApis {
  const agent = new Agent({
    connect: { ca: authorityOf(address), rejectUnauthorized: true, timeout: timeouts.connectMs },
    // Longer than UnbindRole waits between its first read and its delete.
    keepAliveTimeout: 60_000,
    connections: 4,
  });
  const signed = {
    getName: () => 'EKS token',
    applySecurityAuthentication(context: RequestContext): void {
      context.setHeaderParam('Authorization', `Bearer ${token}`);
      context.setDispatcher(agent);
      context.setSignal(AbortSignal.timeout(timeouts.requestMs));
    },
  };
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(endpointOf(address), {}),
    authMethods: { default: signed },
  });
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${endpointOf(address)}${path}`, {
      dispatcher: agent,
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeouts.requestMs),
    });
    if (response.ok) return response.json();
    throw new ApiException(response.status, response.statusText, await response.text(), {});
  };
  return { rbac: new RbacAuthorizationV1Api(configuration), get };
}

type RequestContext = ReturnType<ServerConfiguration<Record<string, string>>['makeRequestContext']>;

function endpointOf({ eksName, endpoint }: ClusterAddress): string {
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:')
    throw new ClusterNotReady(`The endpoint of cluster ${eksName} is not an https URL.`);
  return endpoint.replace(/\/+$/, '');
}

function authorityOf({ eksName, certificateAuthority }: ClusterAddress): string {
  const pem = Buffer.from(certificateAuthority, 'base64').toString('utf8');
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  // Without it the machine's own authorities would count, and any of them could vouch for a false server.
  throw new ClusterNotReady(`The certificate authority of cluster ${eksName} is not PEM in base64.`);
}
