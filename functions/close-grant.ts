/** CloseGrant: releases the access entry and records that nothing stands any more. */
import { stepHandler } from '#adapters/step-handler.ts';
import { endGrantWorld } from '#adapters/wiring/end-grant.ts';
import { closeStep } from '#domain/step-input.ts';
import { closeGrant } from '#operations/close-grant.ts';

const world = endGrantWorld();

export const handler = stepHandler('CloseGrant', closeStep, (input) => closeGrant(world, input));
