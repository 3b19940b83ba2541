/** Bearer tokens for EKS clusters, as `aws eks get-token` makes them: signed here, without any call to the network. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Always set for a role's session, and then part of the token. */
  sessionToken?: string;
}

export interface EksToken {
  /** `k8s-aws-v1.` and the presigned URL in base64url. A secret: whoever has it is the caller until `expiresAt`. */
  token: string;
  /** When to make another: a minute before clusters stop accepting it. */
  expiresAt: Date;
}

const tokenPrefix = 'k8s-aws-v1.';

/** Clusters accept a token for 15 minutes from its date; the last one is left for clocks that differ. */
const usableForMs = 14 * 60_000;

/** Satisfies the format only: what bounds a token is its date. */
const presignedForSeconds = 60;

/** In the order in which the AWS CLI writes them, so that equal input gives equal tokens. */
const queryOrder = [
  'Action',
  'Version',
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
];

/**
 * Signs a token for the cluster called `clusterName` in `region`, for the owner of `credentials`.
 * No IAM permission is needed for it; whether the cluster lets its bearer in is the cluster's answer.
 */
export async function signEksToken(of: {
  clusterName: string;
  region: string;
  credentials: Credentials;
  now?: Date;
}): Promise<EksToken> {
  const { clusterName, region, credentials, now = new Date() } = of;
  const host = stsHost(region);
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host, 'x-k8s-aws-id': clusterName },
    },
    { expiresIn: presignedForSeconds, signingDate: now },
  );
  const url = `https://${host}/?${queryOrder
    .flatMap((key) => {
      const value = query[key];
      return typeof value === 'string' ? [`${key}=${encodeURIComponent(value)}`] : [];
    })
    .join('&')}`;
  return {
    token: tokenPrefix + Buffer.from(url).toString('base64url'),
    expiresAt: new Date(now.getTime() + usableForMs),
  };
}

const dnsSuffixes: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^eusc-/, 'amazonaws.eu'],
];

/** The regional STS endpoint, in the DNS suffix of the region's partition (GovCloud shares the commercial one). */
export function stsHost(region: string): string {
  const suffix = dnsSuffixes.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com';
  return `sts.${region}.${suffix}`;
}
