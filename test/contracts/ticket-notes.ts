/** What every keeper of what ticket systems have told must do. */
import { expect, it } from 'vitest';
import type { TicketAsk, TicketNote } from '#domain/ticket-ask.ts';
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

  it('knows when a ticket of a source was closed last, in whatever order it is told', async () => {
    const notes = await fresh();
    const [earlier, later] = ['2026-11-21T08:00:00.000Z', '2026-11-21T08:30:00.000Z'];
    const ticket = { source: 'jira', ticket: 'PAY-17' };
    expect(await notes.closedAt(ticket)).toBeUndefined();
    await notes.keepClosed({ ...ticket, at: later }, at);
    await notes.keepClosed({ ...ticket, at: earlier }, at);
    expect(await notes.closedAt(ticket)).toBe(later);
    await notes.keepClosed({ ...ticket, at }, at);
    expect(await notes.closedAt(ticket)).toBe(at);
    for (const other of [
      { source: 'other', ticket: 'PAY-17' },
      { source: 'jira', ticket: 'PAY-18' },
    ])
      expect([other, await notes.closedAt(other)]).toEqual([other, undefined]);
  });

  it('keeps what tickets ask for until it is done, as it was asked', async () => {
    const notes = await fresh();
    const ask: TicketAsk = {
      ...{ source: 'jira', ticket: 'PAY-17', id: 'comment:1', at },
      ...{ person: 'alice@example.com', user: 'jira:70121:5c1d' },
      submission: {
        ...{ cluster: 'payments-prod', namespaces: ['payments'], role: 'pod-reader', duration: 1800 },
        ...{ reason: 'PAY-17: Checkout', ticket: 'PAY-17', allow: ['get pods'], startsAt: at },
      },
    };
    const refused = { source: 'jira', ticket: 'PAY-17', id: 'comment:2', text: 'Curfew: nothing.' };
    const byId = (found: TicketNote[]) => found.sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await notes.asks()).toEqual([]);
    await notes.noteAsk(ask, at);
    await notes.noteAsk(ask, at);
    await notes.noteAsk(refused, at);
    expect(byId(await notes.asks())).toEqual([ask, refused]);
    await notes.askDone(ask, at);
    await notes.askDone(ask, at);
    expect(await notes.asks()).toEqual([refused]);
  });
}
