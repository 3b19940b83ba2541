/** BindRole (cluster leg): carries out a signed plan on one cluster. */
import { stepHandler } from '#adapters/step-handler.ts';
import { planWorld } from '#adapters/wiring/carry-out-plan.ts';
import { signedPlan } from '#domain/step-input.ts';
import { bindRole } from '#operations/bind-role.ts';

const world = planWorld();

export const handler = stepHandler('BindRole', signedPlan, (input) => bindRole(world, input));
