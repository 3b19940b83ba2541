/** UnbindRole (cluster leg): deletes RoleBindings at their instant, of one grant or of several, and proves them gone. */
import { stepHandler } from '#adapters/step-handler.ts';
import { writeOutcomes } from '#adapters/unbind-outcomes.ts';
import { unbindRoleWorld } from '#adapters/wiring/unbind-role.ts';
import { unbindStep } from '#domain/step-input.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { unbindRoles } from '#operations/unbind-roles.ts';

const world = unbindRoleWorld();

export const handler = stepHandler('UnbindRole', unbindStep, async (input) =>
  'plans' in input ? writeOutcomes(await unbindRoles(world, input.plans)) : unbindRole(world, input),
);
