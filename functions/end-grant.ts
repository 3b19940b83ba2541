/** EndGrant: turns whatever the request is into ending, and plans what UnbindRole has to delete. */
import { endGrantWorld } from '#adapters/wiring/end-grant.ts';
import { endStep } from '#domain/step-input.ts';
import { type Ending, endGrant } from '#operations/end-grant.ts';

const world = endGrantWorld();

export const handler = (event: unknown): Promise<Ending> => endGrant(world, endStep.parse(event));
