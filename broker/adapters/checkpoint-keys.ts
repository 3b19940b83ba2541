/** Checks signatures of checkpoints against public keys that the reader trusts, offline. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type SignedCheckpoint, signedText } from '#domain/audit-log/log-objects.ts';
import { InvalidInput } from '#domain/errors.ts';

const pemBlock = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** SHA-256 of a public key's SubjectPublicKeyInfo: what a checkpoint names its key by. */
export function keyFingerprint(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}

/** `pem`: one or more P-256 public keys: a deployment that got a new key has two. Throws InvalidInput for anything else. */
export function checkpointKeys(pem: string): { isSigned(signed: SignedCheckpoint): boolean } {
  const keys = new Map((pem.match(pemBlock) ?? []).map(readKey).map((key) => [keyFingerprint(key), key]));
  if (keys.size === 0)
    throw new InvalidInput('There is no public key in PEM. `curfew audit pin-key` writes it.');
  return {
    isSigned({ checkpoint, signature }) {
      const key = keys.get(checkpoint.key);
      if (!key) return false;
      return verify('sha256', Buffer.from(signedText(checkpoint)), key, Buffer.from(signature, 'base64'));
    },
  };
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Told below.
  }
  throw new InvalidInput('Checkpoints are signed with P-256 keys; this is a public key of another kind.');
}
