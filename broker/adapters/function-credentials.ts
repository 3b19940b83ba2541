/** Tokens for clusters, signed with the credentials of the function itself: its role is its Kubernetes identity. */
import { fromEnv } from '@aws-sdk/credential-providers';
import type { ClusterAddress } from '#domain/plan.ts';
import { signEksToken } from './eks-token.ts';

const ownCredentials = fromEnv();

export async function ownEksToken({ eksName, region }: ClusterAddress): Promise<string> {
  const credentials = await ownCredentials();
  return (await signEksToken({ clusterName: eksName, region, credentials })).token;
}
