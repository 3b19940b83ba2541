/** PlanSigner and PlanVerifier: the memory twin and KMS do the same. */
import { CreateKeyCommand, GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { kmsSigner } from '#adapters/kms-signer.ts';
import { memorySigner } from '#adapters/memory/signer.ts';
import { planVerifier } from '#adapters/plan-verifier.ts';
import { Unavailable } from '#domain/errors.ts';
import { localCloud, region } from './local-cloud.ts';
import { aPlan, planSignerContract } from './plan-signer.ts';

describe('PlanSigner in memory', () => {
  planSignerContract(async () => ({ ...memorySigner(), stranger: memorySigner().signer }));
});

describe('PlanSigner in KMS', () => {
  localCloud();

  async function newKey() {
    const kms = new KMSClient({ region });
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    );
    const keyId = KeyMetadata?.KeyId ?? '';
    const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
    const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(PublicKey).toString('base64')}\n-----END PUBLIC KEY-----\n`;
    return { signer: kmsSigner('granting', region, keyId), verifier: planVerifier(pem) };
  }

  planSignerContract(async () => ({ ...(await newKey()), stranger: (await newKey()).signer }));

  it('says Unavailable when there is no such key', async () => {
    const signer = kmsSigner('granting', region, '00000000-0000-0000-0000-000000000000');
    await expect(signer.sign(aPlan())).rejects.toBeInstanceOf(Unavailable);
  });
});

describe('planVerifier', () => {
  it('takes no key but a P-256 public key', () => {
    expect(() => planVerifier('not a key')).toThrow();
    expect(() =>
      planVerifier(
        '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----',
      ),
    ).toThrow('P256');
  });
});
