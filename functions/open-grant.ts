/** OpenGrant: checks everything again, writes the intent, and signs what BindRole is to carry out. */
import { openGrantWorld } from '#adapters/wiring/open-grant.ts';
import type { SignedPlan } from '#domain/plan.ts';
import { requestStep } from '#domain/step-input.ts';
import { openGrant } from '#operations/open-grant.ts';

const world = openGrantWorld();

export const handler = (event: unknown): Promise<SignedPlan> => openGrant(world, requestStep.parse(event));
