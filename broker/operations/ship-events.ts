/** Puts a request's audit events into the locked bucket, in order; any number of times, with the same result. */
import type { World } from '#ports';

/** Number of events shipped by this call. */
export async function shipEvents(
  world: Pick<World, 'records' | 'auditSink'>,
  { requestId }: { requestId: string },
): Promise<number> {
  const events = await world.records.unshipped(requestId);
  for (const event of events) {
    await world.auditSink.put(event);
    await world.records.markShipped(event);
  }
  return events.length;
}
