/** Signs plans with a KMS key that never leaves KMS; only OpenGrant may use it. */
import { createHash } from 'node:crypto';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { Unavailable } from '#domain/errors.ts';
import { type BindPlan, planText, type SignedPlan } from '#domain/plan.ts';
import type { PlanSigner } from '#ports';
import { type Purpose, sdkOptions } from './sdk-options.ts';
import { attempt } from './unavailable.ts';

export class KmsSigner implements PlanSigner {
  readonly #kms: KMSClient;
  readonly #keyId: string;
  constructor(kms: KMSClient, keyId: string) {
    this.#kms = kms;
    this.#keyId = keyId;
  }

  async sign(plan: BindPlan): Promise<SignedPlan> {
    // The digest and not the text: KMS takes at most 4096 bytes, and a plan with many namespaces may have more.
    const digest = createHash('sha256').update(planText(plan)).digest();
    const command = new SignCommand({
      KeyId: this.#keyId,
      Message: digest,
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
    const { Signature } = await attempt(`Signing the plan of request ${plan.requestId}`, () =>
      this.#kms.send(command),
    );
    if (!Signature) throw new Unavailable('KMS signed nothing. Try again shortly.');
    return { plan, signature: Buffer.from(Signature).toString('base64') };
  }
}

export function kmsSigner(purpose: Purpose, region: string, keyId: string): KmsSigner {
  return new KmsSigner(new KMSClient(sdkOptions(purpose, region)), keyId);
}
