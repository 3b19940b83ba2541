/** Announce: tells the event bus of the audit events in a batch of the table's stream, in their order. */
import { eventsInBatch } from '#adapters/event-stream.ts';
import { functionLog } from '#adapters/logger.ts';
import { announceWorld } from '#adapters/wiring/announce.ts';
import { announceBatch } from '#operations/announce-batch.ts';

const world = announceWorld();
const log = functionLog('Announce');

export const handler = (event: unknown) => announceBatch(world, log, eventsInBatch(event));
