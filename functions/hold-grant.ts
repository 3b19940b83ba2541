/** HoldGrant: makes the grant active with its task token, and leaves the state waiting for the end. */
import { stepHandler } from '#adapters/step-handler.ts';
import { holdGrantWorld } from '#adapters/wiring/hold-grant.ts';
import { holdStep } from '#domain/step-input.ts';
import { holdGrant } from '#operations/hold-grant.ts';

const world = holdGrantWorld();

export const handler = stepHandler('HoldGrant', holdStep, async (input) => {
  await holdGrant(world, input);
  return {};
});
