/** AwaitClaim: keeps the task token, mails the person how to claim it, and leaves the state waiting. */
import { stepHandler } from '#adapters/step-handler.ts';
import { awaitClaimWorld } from '#adapters/wiring/await-claim.ts';
import { waitingStep } from '#domain/step-input.ts';
import { awaitClaim } from '#operations/await-claim.ts';

const world = awaitClaimWorld();

export const handler = stepHandler('AwaitClaim', waitingStep, async (input) => {
  await awaitClaim(world, input);
  return {};
});
