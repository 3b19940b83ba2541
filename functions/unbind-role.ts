/** UnbindRole (cluster leg): deletes a grant's RoleBindings at the instant, and proves them gone. */
import { stepHandler } from '#adapters/step-handler.ts';
import { unbindRoleWorld } from '#adapters/wiring/unbind-role.ts';
import { unbindPlan } from '#domain/step-input.ts';
import { unbindRole } from '#operations/unbind-role.ts';

const world = unbindRoleWorld();

export const handler = stepHandler('UnbindRole', unbindPlan, (input) => unbindRole(world, input));
