/** Tells the outside of one audit event; any number of times, under the same id. */
import { announcedTypes } from '#domain/announced-types.ts';
import { announcementOf, type Recorded } from '#domain/announcement.ts';
import type { AnyEvent } from '#domain/audit-event.ts';
import { RequestNotFound } from '#domain/errors.ts';
import type { World } from '#ports';

type Needs = Pick<World, 'catalog' | 'settings' | 'records' | 'kills' | 'eventBus'>;

/** False for what nobody outside is told. Throws Unavailable where it was not taken: it has to be told again. */
export async function announce(world: Needs, event: AnyEvent): Promise<boolean> {
  // Most events are of no concern: they cost no reading.
  if (!announcedTypes.includes(event.type)) return false;
  const { deployment } = world.settings;
  const announcement = announcementOf(
    { deployment, catalog: world.catalog },
    event,
    await recordOf(world, event),
  );
  if (announcement === undefined) return false;
  await world.eventBus.announce(announcement);
  return true;
}

async function recordOf(world: Needs, { requestId, type }: AnyEvent): Promise<Recorded> {
  if (type.startsWith('kill-')) {
    const order = await world.kills.read(requestId);
    if (order) return { order };
  } else {
    const request = await world.records.read(requestId);
    if (request) return { request };
  }
  throw new RequestNotFound(`There is no record of ${requestId}, of which event ${type} tells.`, {
    details: { requestId },
  });
}
