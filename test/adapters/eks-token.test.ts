import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signEksToken, stsHost } from '#adapters/eks-token.ts';

const session = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'an/example+secret',
  sessionToken: 'FwoGZXIvYXdz+/EXAMPLE==',
};
const now = new Date('2026-11-21T08:00:00Z');

function urlIn(token: string): URL {
  expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
  return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Signature Version 4 once more, from its specification and nothing else. */
function expectedSignature(url: URL, clusterName: string, secret: string): string {
  const query = [...url.searchParams]
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const canonical = `GET\n/\n${query}\nhost:${url.host}\nx-k8s-aws-id:${clusterName}\n\nhost;x-k8s-aws-id\n${sha256('')}`;
  const date = url.searchParams.get('X-Amz-Date') ?? '';
  const scope = (url.searchParams.get('X-Amz-Credential') ?? '').split('/').slice(1);
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope.join('/')}\n${sha256(canonical)}`;
  const key = scope.reduce<Buffer | string>((signed, part) => hmac(signed, part), `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
}

describe('A token for a cluster', () => {
  test('is a presigned GetCallerIdentity with nothing in it that clusters refuse', async () => {
    const { token } = await signEksToken({
      clusterName: 'demo',
      region: 'eu-west-1',
      credentials: session,
      now,
    });
    const url = urlIn(token);
    expect(url.origin + url.pathname).toBe('https://sts.eu-west-1.amazonaws.com/');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'ASIAEXAMPLE/20261121/eu-west-1/sts/aws4_request',
      'X-Amz-Date': '20261121T080000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Security-Token': session.sessionToken,
      'X-Amz-Signature': expectedSignature(url, 'demo', session.secretAccessKey),
    });
  });

  test('is signed for its cluster and by its secret', async () => {
    const of = { clusterName: 'demo', region: 'us-east-1', credentials: session, now };
    const signature = async (changed: Partial<typeof of>) =>
      urlIn((await signEksToken({ ...of, ...changed })).token).searchParams.get('X-Amz-Signature');
    const own = await signature({});
    expect(await signature({ clusterName: 'other' })).not.toBe(own);
    expect(await signature({ credentials: { ...session, secretAccessKey: 'another' } })).not.toBe(own);
    expect(await signature({})).toBe(own);
  });

  test('has no session token for a user with a key of their own', async () => {
    const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
    const url = urlIn(
      (await signEksToken({ clusterName: 'demo', region: 'us-east-1', credentials, now })).token,
    );
    expect(url.searchParams.has('X-Amz-Security-Token')).toBe(false);
    expect(url.searchParams.get('X-Amz-Signature')).toBe(expectedSignature(url, 'demo', 'secret'));
  });

  test('is to be replaced a minute before its 15 minutes are over', async () => {
    const { expiresAt } = await signEksToken({
      clusterName: 'demo',
      region: 'us-east-1',
      credentials: session,
      now,
    });
    expect(expiresAt).toEqual(new Date('2026-11-21T08:14:00Z'));
  });

  test.each([
    ['us-east-1', 'sts.us-east-1.amazonaws.com'],
    ['us-gov-west-1', 'sts.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
    ['us-iso-east-1', 'sts.us-iso-east-1.c2s.ic.gov'],
    ['us-isob-east-1', 'sts.us-isob-east-1.sc2s.sgov.gov'],
    ['eusc-de-east-1', 'sts.eusc-de-east-1.amazonaws.eu'],
  ])('goes to the STS of its partition: %s', (region, host) => {
    expect(stsHost(region)).toBe(host);
  });
});
