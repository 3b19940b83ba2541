/** BindRole (cluster leg): carries out a signed plan on one cluster. */
import { bindRoleWorld } from '#adapters/wiring/bind-role.ts';
import type { Binding } from '#domain/request.ts';
import { signedPlan } from '#domain/step-input.ts';
import { bindRole } from '#operations/bind-role.ts';

const world = bindRoleWorld();

export const handler = (event: unknown): Promise<{ bindings: Binding[] }> =>
  bindRole(world, signedPlan.parse(event));
