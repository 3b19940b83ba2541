/** Whether a signed plan may be carried out now, by a function of the cluster leg that makes something. */
import { PlanRefused } from '#domain/errors.ts';
import type { SignedPlan } from '#domain/plan.ts';
import type { World } from '#ports';

/** Throws PlanRefused for one that OpenGrant did not sign, for another deployment's, and for one that comes too late. */
export function refuseUnlessLive(
  world: Pick<World, 'clock' | 'settings' | 'verifier'>,
  signed: SignedPlan,
): void {
  const { plan } = signed;
  if (!world.verifier.verify(signed))
    throw new PlanRefused(`The plan for ${plan.requestId} was not signed by OpenGrant.`);
  if (plan.deployment !== world.settings.deployment) {
    throw new PlanRefused(`The plan for ${plan.requestId} is of another deployment, ${plan.deployment}.`);
  }
  if (world.clock.now() >= plan.createBefore)
    throw new PlanRefused(`The plan for ${plan.requestId} came too late.`);
}
