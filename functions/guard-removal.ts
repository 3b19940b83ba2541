/** GuardRemoval: a custom resource that can't be deleted, and so the stack can't, while something granted may stand. */
import { answerCustomResource } from '#adapters/custom-resource.ts';
import { guardRemovalWorld } from '#adapters/wiring/guard-removal.ts';
import { guardRemoval } from '#operations/guard-removal.ts';

const world = guardRemovalWorld();

export const handler = (event: unknown): Promise<void> =>
  answerCustomResource(event, { make: async () => ({}), remove: () => guardRemoval(world) });
