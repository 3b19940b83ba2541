/** The public half of a signing key in KMS, as PEM. */
import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';

/** Rights that were given a moment ago are not everywhere yet: these many tries, so many milliseconds apart. */
const tries = 5;
const pauseMs = 3_000;

/** SPKI in PEM. Throws when the key is not on the curve P-256. */
export async function publicKeyPem(keyId: string, config: KMSClientConfig = {}): Promise<string> {
  const kms = new KMSClient(config);
  const { PublicKey } = await patiently(() => kms.send(new GetPublicKeyCommand({ KeyId: keyId })));
  const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new Error(`Key ${keyId} is not an ECC_NIST_P256 key: nothing is signed on another curve.`);
  }
  return key.export({ format: 'pem', type: 'spki' }).toString();
}

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await ask();
    } catch (error) {
      const denied = error instanceof Error && error.name === 'AccessDeniedException';
      if (!denied || tried === tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
