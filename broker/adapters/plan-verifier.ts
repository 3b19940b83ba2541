/** Checks plans against the public key in the configuration, offline: the cluster leg needs no AWS service for it. */
import { createPublicKey, verify } from 'node:crypto';
import { planText, type SignedPlan } from '#domain/plan.ts';
import type { PlanVerifier } from '#ports';

/** `publicKey`: PEM of the P-256 key that OpenGrant signs with. Throws when it isn't one. */
export function planVerifier(publicKey: string): PlanVerifier {
  const key = createPublicKey(publicKey);
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error('The plan key must be an ECC_NIST_P256 public key in PEM.');
  return {
    verify({ plan, signature }: SignedPlan): boolean {
      try {
        return verify('sha256', Buffer.from(planText(plan)), key, Buffer.from(signature, 'base64'));
      } catch {
        return false;
      }
    },
  };
}
