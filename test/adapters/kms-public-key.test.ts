import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { publicKeyPem } from '#adapters/kms-public-key.ts';

const kms = mockClient(KMSClient);
const keyOn = (namedCurve: string) =>
  new Uint8Array(generateKeyPairSync('ec', { namedCurve }).publicKey.export({ type: 'spki', format: 'der' }));
const denied = Object.assign(new Error('not allowed yet'), { name: 'AccessDeniedException' });

beforeEach(() => {
  kms.reset();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the public half of the plan key', () => {
  it('is the key that KMS holds, as PEM', async () => {
    const PublicKey = keyOn('P-256');
    kms.on(GetPublicKeyCommand, { KeyId: 'k' }).resolves({ PublicKey });
    const pem = await publicKeyPem('k');
    expect(new Uint8Array(createPublicKey(pem).export({ type: 'spki', format: 'der' }))).toEqual(PublicKey);
  });

  it('is refused on another curve, on which no plan is signed', async () => {
    kms.on(GetPublicKeyCommand).resolves({ PublicKey: keyOn('P-384') });
    await expect(publicKeyPem('k')).rejects.toThrow(/Key k is not an ECC_NIST_P256 key/);
  });

  it('is asked for again while a right just given is not everywhere yet, and not for ever', async () => {
    kms
      .on(GetPublicKeyCommand)
      .rejectsOnce(denied)
      .resolves({ PublicKey: keyOn('P-256') });
    const soon = publicKeyPem('k');
    await vi.runAllTimersAsync();
    expect(await soon).toContain('BEGIN PUBLIC KEY');

    kms.reset();
    kms.on(GetPublicKeyCommand).rejects(denied);
    const never = expect(publicKeyPem('k')).rejects.toThrow('not allowed yet');
    await vi.runAllTimersAsync();
    await never;
    expect(kms.calls()).toHaveLength(5);
  });

  it('is not asked for again after any other fault', async () => {
    kms.on(GetPublicKeyCommand).rejects(new Error('no such key'));
    await expect(publicKeyPem('k')).rejects.toThrow('no such key');
    expect(kms.calls()).toHaveLength(1);
  });
});
