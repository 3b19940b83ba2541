/** Signs what is sent, as Standard Webhooks has it: one signature for each live secret, over id, time and body. */
import { createHmac } from 'node:crypto';
import type { Instant } from '../instant.ts';

/** `whsec_` and base64 of 24 to 64 bytes. Undefined for what is none. */
export function signingKey(secret: string): Uint8Array | undefined {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = text === undefined ? undefined : Buffer.from(text, 'base64');
  return key && key.byteLength >= 24 && key.byteLength <= 64 ? key : undefined;
}

export interface ToSign {
  id: string;
  now: Instant;
  body: string;
}

/** `keys`: at least one. The id is the same in each try, the time is that of the try. */
export function signatureHeaders(
  { id, now, body }: ToSign,
  keys: readonly Uint8Array[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(Date.parse(now) / 1000));
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
