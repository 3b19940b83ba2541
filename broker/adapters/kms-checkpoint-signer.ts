/** Signs checkpoints of the log with a KMS key that never leaves KMS; only SealLog may use it. */
import { createHash, createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { type Checkpoint, type SignedCheckpoint, signedText } from '#domain/audit-log/log-objects.ts';
import { Unavailable } from '#domain/errors.ts';
import type { CheckpointSigner } from '#ports';
import { keyFingerprint } from './checkpoint-keys.ts';
import { type Purpose, sdkOptions } from './sdk-options.ts';
import { attempt } from './unavailable.ts';

export class KmsCheckpointSigner implements CheckpointSigner {
  readonly #kms: KMSClient;
  readonly #keyId: string;
  #fingerprint: string | undefined;
  constructor(kms: KMSClient, keyId: string) {
    this.#kms = kms;
    this.#keyId = keyId;
  }

  async key(): Promise<string> {
    this.#fingerprint ??= await attempt("Reading the public key of the log's checkpoints", async () => {
      const { PublicKey } = await this.#kms.send(new GetPublicKeyCommand({ KeyId: this.#keyId }));
      return keyFingerprint(
        createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' }),
      );
    });
    return this.#fingerprint;
  }

  async sign(checkpoint: Checkpoint): Promise<SignedCheckpoint> {
    const digest = createHash('sha256').update(signedText(checkpoint)).digest();
    const command = new SignCommand({
      KeyId: this.#keyId,
      Message: digest,
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
    const { Signature } = await attempt(`Signing checkpoint ${checkpoint.number}`, () =>
      this.#kms.send(command),
    );
    if (!Signature) throw new Unavailable('KMS signed nothing. Try again shortly.');
    return { checkpoint, signature: Buffer.from(Signature).toString('base64') };
  }
}

export function kmsCheckpointSigner(purpose: Purpose, region: string, keyId: string): KmsCheckpointSigner {
  return new KmsCheckpointSigner(new KMSClient(sdkOptions(purpose, region)), keyId);
}
