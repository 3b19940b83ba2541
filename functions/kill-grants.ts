/** KillGrants: ends what a kill order covers, without the state machine; called for each order until it is done. */
import { stepHandler } from '#adapters/step-handler.ts';
import { killGrantsWorld } from '#adapters/wiring/kill-grants.ts';
import { killStep } from '#domain/step-input.ts';
import { killGrants } from '#operations/kill-grants.ts';

const world = killGrantsWorld();

export const handler = stepHandler('KillGrants', killStep, async ({ killId }) => {
  const order = await killGrants(world, { killId });
  return { killId, done: order?.doneAt !== undefined, ended: order?.ended ?? 0 };
});
