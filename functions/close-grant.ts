/** CloseGrant: releases the access entry and records that nothing stands any more. */
import { endGrantWorld } from '#adapters/wiring/end-grant.ts';
import type { Status } from '#domain/request.ts';
import { closeStep } from '#domain/step-input.ts';
import { closeGrant } from '#operations/close-grant.ts';

const world = endGrantWorld();

export const handler = (event: unknown): Promise<{ status: Status }> =>
  closeGrant(world, closeStep.parse(event));
