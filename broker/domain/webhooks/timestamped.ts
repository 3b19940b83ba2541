/** Sources that sign a time with the body: Standard Webhooks, and ServiceNow by the script of docs/tickets.md. */
import type { Instant } from '../instant.ts';
import { type Delivery, type Proof, type Prove, toleranceMs } from './delivery.ts';
import { fromBase64, isSigned } from './signatures.ts';
import { bodyKey } from './signed-body.ts';

/** Unix seconds. */
function isNow(timestamp: string, now: Instant): boolean {
  return Math.abs(Number(timestamp) * 1000 - Date.parse(now)) <= toleranceMs;
}

interface Signed {
  /** In front of the body: what is signed besides it, each part with a full stop behind it. */
  before: readonly string[];
  timestamp: string;
  /** Of scheme v1, in base64. */
  signatures: readonly string[];
  keys: readonly Uint8Array[];
  key: string;
}

function prove({ body }: Delivery, now: Instant, signed: Signed): Proof {
  const signatures = signed.signatures.flatMap((text) => fromBase64(text) ?? []);
  if (signatures.length === 0 || !/^\d{1,12}$/.test(signed.timestamp)) return { unproven: 'unsigned' };
  if (!isSigned([...signed.before.map((part) => `${part}.`), body], signatures, signed.keys))
    return { unproven: 'wrong-signature' };
  return isNow(signed.timestamp, now) ? { key: signed.key } : { unproven: 'stale' };
}

const version1 = (part: string, sign: string): string[] =>
  part.startsWith(`v1${sign}`) ? [part.slice(2 + sign.length)] : [];

/** `whsec_` and base64; without that prefix too, as some senders show it. */
function keyOf(secret: string): Uint8Array[] {
  const text = secret.replace(/^whsec_/, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? [Buffer.from(text, 'base64')] : [];
}

/** webhook-id, webhook-timestamp and webhook-signature. The id is signed and the same in each try; it holds no full stop, which parts what is signed. */
export const proveStandard: Prove = (delivery, secrets, now) => {
  const { headers } = delivery;
  const id = headers['webhook-id'] ?? '';
  if (!/^[!-\-/-~]{1,256}$/.test(id)) return { unproven: 'unsigned' };
  const timestamp = headers['webhook-timestamp'] ?? '';
  const signatures = (headers['webhook-signature'] ?? '').split(' ').flatMap((part) => version1(part, ','));
  const keys = secrets.flatMap(keyOf);
  return prove(delivery, now, { before: [id, timestamp], timestamp, signatures, keys, key: id });
};

/** x-curfew-timestamp, and x-curfew-signature as `v1=<base64>`: what a business rule can make by itself. */
export const proveServicenow: Prove = (delivery, secrets, now) => {
  const { headers, body } = delivery;
  const timestamp = headers['x-curfew-timestamp'] ?? '';
  const signatures = version1(headers['x-curfew-signature'] ?? '', '=');
  const keys = secrets.map((secret) => Buffer.from(secret, 'utf8'));
  return prove(delivery, now, { before: [timestamp], timestamp, signatures, keys, key: bodyKey(body) });
};
