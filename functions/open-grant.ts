/** OpenGrant: checks everything again, writes the intent, and signs what BindRole is to carry out. */
import { stepHandler } from '#adapters/step-handler.ts';
import { openGrantWorld } from '#adapters/wiring/open-grant.ts';
import { requestStep } from '#domain/step-input.ts';
import { openGrant } from '#operations/open-grant.ts';

const world = openGrantWorld();

export const handler = stepHandler('OpenGrant', requestStep, (input) => openGrant(world, input));
