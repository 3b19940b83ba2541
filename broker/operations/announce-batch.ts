/** Tells the outside of a batch of events in order; what can't be told yet is told again, what can never be told holds nothing up. */
import type { AnyEvent } from '#domain/audit-event.ts';
import { Unavailable } from '#domain/errors.ts';
import type { World } from '#ports';
import { announce } from './announce.ts';

export interface StreamedEvent {
  /** Sequence number in the stream. */
  record: string;
  /** Throws where it can't be read. */
  read(): AnyEvent;
}

interface Log {
  error(message: string, facts: Record<string, unknown>): void;
}

/** The first record that the stream has to begin with again, in Lambda's form; none where all is told. */
export async function announceBatch(
  world: Parameters<typeof announce>[0] & Pick<World, 'metrics'>,
  log: Log,
  batch: readonly StreamedEvent[],
): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  for (const { record, read } of batch) {
    try {
      await announce(world, read());
    } catch (error) {
      if (error instanceof Unavailable) {
        log.error('event not told; the stream begins with it again', { record, error });
        return { batchItemFailures: [{ itemIdentifier: record }] };
      }
      // Trying again would change nothing, and everything behind it would wait for a day.
      log.error('event can not be told', { record, error });
      world.metrics.count('AnnouncementLost', 1);
    }
  }
  return { batchItemFailures: [] };
}
