/** Signs plans with a key of its own; the verifier is the real one. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { type BindPlan, planText, type SignedPlan } from '#domain/plan.ts';
import type { PlanSigner, PlanVerifier } from '#ports';
import { planVerifier } from '../plan-verifier.ts';

export function memorySigner(): { signer: PlanSigner; verifier: PlanVerifier } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    signer: {
      async sign(plan: BindPlan): Promise<SignedPlan> {
        const signature = sign('sha256', Buffer.from(planText(plan)), privateKey).toString('base64');
        return { plan: structuredClone(plan), signature };
      },
    },
    verifier: planVerifier(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
  };
}
