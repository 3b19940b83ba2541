/** Ends everything that carries a ticket which is closed; what can't be ended now is noted, and the sweep goes on with it. */
import { actorOf, type Closing, closingReason, endByClosing } from '#domain/ticket-closing.ts';
import type { World } from '#ports';
import { atMost } from './at-most.ts';
import { endEarly } from './end-early.ts';

type Needs = Pick<World, 'clock' | 'records' | 'executions' | 'ticketNotes'>;

const together = 10;

/** Ids of the requests that were ended, or were ending. Throws what the first of them that failed threw: it has to be done again. */
export async function endByTicket(world: Needs, closing: Closing): Promise<string[]> {
  const ids = await world.records.withTicket(closing.ticket);
  if (ids.length === 0) return [];
  // The note is first: whoever dies from here on leaves it to the sweep.
  await world.ticketNotes.noteClosing(closing, world.clock.now());
  return follow(world, closing, ids);
}

/** What others have left undone. */
export async function driveClosings(world: Needs): Promise<void> {
  const faults: unknown[] = [];
  for (const closing of await world.ticketNotes.closings()) {
    try {
      await follow(world, closing, await world.records.withTicket(closing.ticket));
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}

async function follow(world: Needs, closing: Closing, ids: readonly string[]): Promise<string[]> {
  const ended: string[] = [];
  const faults: unknown[] = [];
  const wish = { by: actorOf(closing.source), reason: closingReason(closing) };
  await atMost(together, ids, async (id) => {
    try {
      const request = await endEarly(world, id, wish, (before) =>
        endByClosing(before, closing, world.clock.now()),
      );
      if (request.endRequested || request.status === 'denied') ended.push(id);
    } catch (error) {
      faults.push(error);
    }
  });
  if (faults.length > 0) throw faults[0];
  await world.ticketNotes.closingDone(closing, world.clock.now());
  return ended;
}
