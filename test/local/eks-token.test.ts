import { expect, test } from 'vitest';
import { signEksToken } from '#adapters/eks-token.ts';
import { ensureAwsCli } from '#local/eks/aws-cli.ts';
import { run } from '#local/processes.ts';
import { silentProgress } from '#local/progress.ts';

const keys = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'an/example+secret' };

/** When a token says it was signed; the AWS CLI takes that from its own clock. */
function signedAt(token: string): Date {
  const url = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
  const date = url.searchParams.get('X-Amz-Date') ?? '';
  return new Date(date.replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'));
}

test.each([
  ['a role session', { ...keys, sessionToken: 'FwoGZXIvYXdz+/EXAMPLE==' }],
  ['a user', keys],
] satisfies [string, typeof keys & { sessionToken?: string }][])(
  'Our token is byte for byte what `aws eks get-token` makes for %s',
  async (_, credentials) => {
    const cli = await ensureAwsCli(silentProgress());
    const made = await run({
      command: cli.command,
      args: [...cli.args, 'eks', 'get-token', '--cluster-name', 'demo', '--region', 'ap-south-1'],
      env: {
        PATH: process.env.PATH,
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        ...('sessionToken' in credentials && { AWS_SESSION_TOKEN: credentials.sessionToken }),
      },
    });
    expect(made.stderr).toBe('');
    const { token, expirationTimestamp } = JSON.parse(made.stdout).status;
    const of = { clusterName: 'demo', region: 'ap-south-1', credentials, now: signedAt(token) };
    const ours = await signEksToken(of);
    expect(ours.token).toBe(token);
    expect(ours.expiresAt).toEqual(new Date(expirationTimestamp));
  },
);
