/** EndGrant: turns whatever the request is into ending, and plans what UnbindRole has to delete. */
import { stepHandler } from '#adapters/step-handler.ts';
import { endGrantWorld } from '#adapters/wiring/end-grant.ts';
import { endStep } from '#domain/step-input.ts';
import { endGrant } from '#operations/end-grant.ts';

const world = endGrantWorld();

export const handler = stepHandler('EndGrant', endStep, (input) => endGrant(world, input));
