/** HMAC-SHA256 over what was sent, compared without telling by its time where it differs. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const bytes = 32;
/** No source sends more than one for each live secret. */
const mostSignatures = 10;

/** Hex as signatures are written: all of it, or none. */
export function fromHex(text: string): Buffer | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

export function fromBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** Whether any of the signatures was made by any of the keys. All are tried, whichever fits. */
export function isSigned(
  parts: readonly (string | Uint8Array)[],
  signatures: readonly Buffer[],
  keys: readonly (string | Uint8Array)[],
): boolean {
  let found = false;
  for (const key of keys) {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    const expected = hmac.digest();
    for (const signature of signatures.slice(0, mostSignatures)) {
      const same = signature.byteLength === bytes && timingSafeEqual(signature, expected);
      found = same || found;
    }
  }
  return found;
}
