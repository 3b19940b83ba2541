/** ShipEvents: puts the audit events of the requests in a batch of the table's stream into the locked bucket. */
import { requestsInBatch } from '#adapters/event-stream.ts';
import { functionLog } from '#adapters/logger.ts';
import { shipEventsWorld } from '#adapters/wiring/ship-events.ts';
import { shipEvents } from '#operations/ship-events.ts';

const world = shipEventsWorld();
const log = functionLog('ShipEvents');

export const handler = async (
  event: unknown,
): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> => {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { requestId, firstRecord } of requestsInBatch(event)) {
    try {
      await shipEvents(world, { requestId });
    } catch (error) {
      log.error('events not shipped; the stream tries again', { requestId, error });
      batchItemFailures.push({ itemIdentifier: firstRecord });
    }
  }
  return { batchItemFailures };
};
