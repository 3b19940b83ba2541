/** The cluster leg's tokens. */
import { afterEach, expect, test, vi } from 'vitest';
import { ownEksToken } from '#adapters/function-credentials.ts';

afterEach(() => vi.unstubAllEnvs());

test("a token is signed with the function's own credentials, for one cluster, in that cluster's region", async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIAFUNCTION');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session-of-the-function');
  const address = { endpoint: 'https://x', certificateAuthority: '', eksName: 'payments-prod' };
  const token = await ownEksToken({ ...address, region: 'eu-west-1' });
  expect(token).toMatch(/^k8s-aws-v1\./);
  const url = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
  expect(url.host).toBe('sts.eu-west-1.amazonaws.com');
  expect(url.searchParams.get('X-Amz-Credential')).toMatch(/^ASIAFUNCTION\/\d{8}\/eu-west-1\/sts\//);
  expect(url.searchParams.get('X-Amz-Security-Token')).toBe('session-of-the-function');
  const other = await ownEksToken({ ...address, eksName: 'payments-test', region: 'eu-west-1' });
  expect(other).not.toBe(token);
});

test('a function without credentials gets no token', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', '');
  await expect(
    ownEksToken({ eksName: 'x', region: 'us-east-1', endpoint: 'https://x', certificateAuthority: '' }),
  ).rejects.toThrow();
});
