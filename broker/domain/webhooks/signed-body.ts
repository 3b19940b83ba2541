/**
 * Sources that sign the body and nothing else: Jira Cloud, GitHub, PagerDuty. Their headers with an id of the delivery are not
 * signed, so whoever replays one could change them: a delivery is known again by its body.
 */
import { createHash } from 'node:crypto';
import type { Delivery, Proof, Prove } from './delivery.ts';
import { fromHex, isSigned } from './signatures.ts';

/** Of all that is signed. */
export function bodyKey(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function proveBody({ body }: Delivery, signatures: readonly Buffer[], secrets: readonly string[]): Proof {
  if (signatures.length === 0) return { unproven: 'unsigned' };
  return isSigned([body], signatures, secrets) ? { key: bodyKey(body) } : { unproven: 'wrong-signature' };
}

/** `sha256=<hex>` in the header of that name. Another method than sha256 proves nothing. */
const oneSignature =
  (header: string): Prove =>
  (delivery, secrets) => {
    const [, hex = ''] = /^sha256=(.*)$/.exec(delivery.headers[header] ?? '') ?? [];
    const signature = fromHex(hex);
    return proveBody(delivery, signature ? [signature] : [], secrets);
  };

export const proveJira = oneSignature('x-hub-signature');
export const proveGithub = oneSignature('x-hub-signature-256');

/** `v1=<hex>`, one for each secret that PagerDuty has for the subscription, by commas. Other versions are passed over. */
export const provePagerduty: Prove = (delivery, secrets) => {
  const signatures = (delivery.headers['x-pagerduty-signature'] ?? '').split(',').flatMap((part) => {
    const [, hex = ''] = /^v1=(.*)$/.exec(part.trim()) ?? [];
    return fromHex(hex) ?? [];
  });
  return proveBody(delivery, signatures, secrets);
};
