/** UnbindRole (cluster leg): deletes a grant's RoleBindings at the instant, and proves them gone. */
import { unbindRoleWorld } from '#adapters/wiring/unbind-role.ts';
import type { UnbindResult } from '#domain/plan.ts';
import { unbindPlan } from '#domain/step-input.ts';
import { unbindRole } from '#operations/unbind-role.ts';

const world = unbindRoleWorld();

export const handler = (event: unknown): Promise<UnbindResult> => unbindRole(world, unbindPlan.parse(event));
