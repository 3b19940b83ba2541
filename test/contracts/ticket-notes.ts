/** What every keeper of what ticket systems have told must do. */
import { expect, it } from 'vitest';
import type { Closing } from '#domain/ticket-closing.ts';
import type { TicketNotes } from '#ports';

const at = '2026-11-21T09:00:00.000Z';
const closing: Closing = { ticket: 'PAY-17', source: 'jira', key: 'k', at };

/** `fresh` gives an empty store each time. */
export function ticketNotesContract(fresh: () => Promise<TicketNotes>): void {
  it('knows a delivery again by its source and key together, however often it was kept', async () => {
    const notes = await fresh();
    const delivery = { source: 'jira', key: 'k' };
    expect(await notes.wasTaken(delivery)).toBe(false);
    await notes.keepTaken(delivery, at);
    await notes.keepTaken(delivery, at);
    expect(await notes.wasTaken(delivery)).toBe(true);
    for (const other of [
      { source: 'github', key: 'k' },
      { source: 'jira', key: 'l' },
      { source: 'jirak', key: '' },
    ])
      expect([other, await notes.wasTaken(other)]).toEqual([other, false]);
  });

  it('keeps each closing until it is done, and takes up one that is noted anew', async () => {
    const notes = await fresh();
    const other = { ...closing, key: 'l', ticket: 'PAY-18' };
    expect(await notes.closings()).toEqual([]);
    await notes.noteClosing(closing, at);
    await notes.noteClosing(closing, at);
    await notes.noteClosing(other, at);
    const byKey = (found: Closing[]) => found.sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(byKey(await notes.closings())).toEqual([closing, other]);
    await notes.closingDone(closing, at);
    await notes.closingDone(closing, at);
    expect(await notes.closings()).toEqual([other]);
    await notes.noteClosing(closing, at);
    expect(byKey(await notes.closings())).toEqual([closing, other]);
  });
}
