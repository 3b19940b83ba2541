/** What tickets are told: the steps that matter there, each once. */
import { describe, expect, it } from 'vitest';
import { type Announcement, announcementOf } from '#domain/announcement.ts';
import { Unavailable } from '#domain/errors.ts';
import { statuses } from '#domain/request.ts';
import { commentedTypes, commentOf } from '#domain/ticket-comment.ts';
import type { TicketReply } from '#domain/ticket-reply.ts';
import { commentTicket } from '#operations/comment-ticket.ts';
import { aRecord, type RequestWanted } from '../builders/request.ts';
import { aSource } from '../builders/webhooks.ts';
import { aWorld } from '../builders/world.ts';

const to = {
  deployment: 'curfew',
  catalog: { ticketing: { sources: { inc: aSource('jira', { tickets: 'INC-[0-9]+' }) } } },
};

function allTold(wanted: RequestWanted): Announcement[] {
  const { request, events } = aRecord(wanted);
  return events.flatMap((event) => announcementOf(to, event, { request }) ?? []);
}

function lastTold(wanted: RequestWanted): Announcement {
  const [last] = allTold(wanted).slice(-1);
  if (!last) throw new Error('Nothing is told.');
  return last;
}

const reply: TicketReply = {
  version: 1,
  id: 'reply-1',
  at: '2026-11-21T08:00:00.000Z',
  deployment: 'curfew',
  type: 'ticket-reply',
  ticketSources: ['inc'],
  ticket: 'INC-7',
  text: '/curfew role=x is not known',
};

describe('a comment', () => {
  it('is written for what was asked, who approved, until when, and how it ended', () => {
    const texts = allTold({ status: 'revoked' }).flatMap((told) => commentOf(told)?.text ?? []);
    expect(texts).toHaveLength(4);
    expect(texts[0]).toMatch(
      /^Curfew, 2026-11-21 08:00:00 UTC: alice@example.com asks for pod-reader .* \[\w+-1\]$/,
    );
    expect(texts[1]).toMatch(/: rita@example.com approved pod-reader /);
    expect(texts[2]).toMatch(/, until 2026-11-21 \d\d:\d\d:\d\d UTC\. \[/);
    expect(texts[3]).toMatch(/ ended at .*, in time\. \[/);
  });

  it('quotes why it was asked, and why it was refused, apart from our own words', () => {
    const asked = commentOf(lastTold({ asked: { reason: '/curfew role=admin' } }));
    expect(asked).toMatchObject({ quoted: '/curfew role=admin', text: expect.stringMatching(/^Curfew, /) });
    expect(asked?.text).not.toContain('/curfew');
    expect(commentOf(lastTold({ status: 'denied' }))?.quoted).toBe('Made denied for a test');
  });

  it('begins with our name, whatever is told, and so never as a command does', () => {
    for (const status of statuses)
      for (const told of allTold({ status })) expect(commentOf(told)?.text ?? 'Curfew,').toMatch(/^Curfew,/);
    expect(commentOf(reply)).toMatchObject({ text: expect.stringMatching(/^Curfew,/), quoted: reply.text });
  });

  it('is written about nothing else, and of no request without a ticket', () => {
    const quiet = allTold({ status: 'revoked' }).filter(({ type }) => !commentedTypes.includes(type));
    expect(quiet.map(({ type }) => type)).toEqual(['grant-opened', 'revoking']);
    for (const told of quiet) expect(commentOf(told)).toBeUndefined();
    const told = lastTold({});
    if (!('request' in told)) throw new Error('Not of a request.');
    const { ticket: _, ...rest } = told.request;
    expect(commentOf({ ...told, request: rest })).toBeUndefined();
  });
});

describe('writing comments', () => {
  it('happens once, however often it is told', async () => {
    const world = aWorld();
    const told = lastTold({});
    expect(await commentTicket(world, { source: 'inc', told })).toBe('written');
    expect(await commentTicket(world, { source: 'inc', told })).toBe('again');
    expect(world.inside.ticketComments.written).toHaveLength(1);
    // Of another system it is another comment.
    expect(await commentTicket(world, { source: 'other', told })).toBe('written');
  });

  it('happens again where it failed, or where nobody knows', async () => {
    const world = aWorld();
    const told = lastTold({});
    world.inside.ticketComments.down.add('inc');
    await expect(commentTicket(world, { source: 'inc', told })).rejects.toThrow(Unavailable);
    world.inside.ticketComments.down.clear();
    world.faults.at('ticketNotes.keepTaken');
    await expect(commentTicket(world, { source: 'inc', told })).rejects.toThrow();
    expect(await commentTicket(world, { source: 'inc', told })).toBe('written');
    expect(world.inside.ticketComments.written).toHaveLength(2);
  });

  it('is done with where there is no such ticket', async () => {
    const world = aWorld();
    world.inside.ticketComments.absent.add('INC-1042');
    const told = lastTold({});
    expect(await commentTicket(world, { source: 'inc', told })).toBe('absent');
    expect(await commentTicket(world, { source: 'inc', told })).toBe('again');
  });

  it('carries replies too', async () => {
    const world = aWorld();
    expect(await commentTicket(world, { source: 'inc', told: reply })).toBe('written');
    expect(world.inside.ticketComments.written[0]?.comment.ticket).toBe('INC-7');
  });
});
