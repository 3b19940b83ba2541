/** DefineRole (cluster leg): makes the Roles of a signed plan that is for one task only. */
import { stepHandler } from '#adapters/step-handler.ts';
import { planWorld } from '#adapters/wiring/carry-out-plan.ts';
import { signedPlan } from '#domain/step-input.ts';
import { defineRole } from '#operations/define-role.ts';

const world = planWorld();

export const handler = stepHandler('DefineRole', signedPlan, (input) => defineRole(world, input));
