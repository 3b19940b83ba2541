/** Tickets that ask: once, in the name of whoever asks there, and never for a ticket that was closed since (N13, N43, N48). */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { Unavailable } from '#domain/errors.ts';
import { after as later } from '#domain/instant.ts';
import type { Said } from '#domain/webhooks/said.ts';
import { askByTicket } from '#operations/ask-by-ticket.ts';
import { takeTicketEvent } from '#operations/take-ticket-event.ts';
import { anAskingSource, command } from '../builders/asking.ts';
import { aWorld } from '../builders/world.ts';

const minute = 60_000;
const alice = { id: '70121:5c1d-alice' };

function asking(more: Parameters<typeof anAskingSource>[1] = {}) {
  const world = aWorld();
  world.catalog.ticketing.sources.jira = anAskingSource('jira', { comments: true, ...more });
  world.catalog.people = { 'alice@example.com': { aliases: ['jira:70121:5c1d-alice'] } };
  const now = () => world.inside.clock.now();
  let deliveries = 0;
  const source = world.catalog.ticketing.sources.jira;
  const say = (said: Partial<Said> = {}, key = `d${++deliveries}`) =>
    takeTicketEvent(world, {
      ...{ name: 'jira', source, key },
      said: {
        ...{ ticket: 'PAY-17', at: now(), id: `comment:${key}`, by: alice, closed: false },
        ...{ way: { comment: command } },
        ...said,
      },
    });
  const close = (at = now(), key = `d${++deliveries}`) =>
    takeTicketEvent(world, { name: 'jira', source, key, event: { ticket: 'PAY-17', closed: true, at } });
  return { world, now, say, close };
}

const requests = async (world: MemoryWorld) =>
  (await world.inside.records.listByRequester('alice@example.com', { limit: 100 })).items;
const told = (world: MemoryWorld) => world.inside.eventBus.replies.map(({ text }) => text);

describe('a ticket', () => {
  it('asks in the name of whoever asks in it, for what they have to claim', async () => {
    const { world, say } = asking();
    expect(await say()).toEqual({ taken: 'first', ended: [], asked: 'noted' });
    expect(world.inside.background.asks).toBe(1);
    const { asked, failed } = await askByTicket(world);
    expect(failed).toEqual([]);
    const [request] = await requests(world);
    expect(asked).toEqual([request?.id]);
    expect(request).toMatchObject({
      status: 'pending',
      requester: {
        person: 'alice@example.com',
        askedBy: { kind: 'ticket', source: 'jira', ticket: 'PAY-17', user: 'jira:70121:5c1d-alice' },
      },
      asked: {
        role: 'pod-reader',
        namespaces: ['payments'],
        cluster: 'payments-prod',
        durationSeconds: 1800,
        ticket: 'PAY-17',
      },
    });
    expect(await askByTicket(world)).toEqual({ asked: [], refused: [], failed: [] });
    expect(told(world)).toEqual([]);
  });

  it('asks once, however often and by however many deliveries it is told (N48)', async () => {
    const { world, say } = asking();
    const said = { id: 'comment:1' };
    await say(said, 'k');
    await say(said, 'k');
    await say(said, 'another body');
    await askByTicket(world);
    await say(said, 'yet another');
    // Two functions at once, and one that died before it had written that it was done.
    const [note] = [...world.inside.ticketNotes.notedAsks.values()];
    if (note) await world.inside.ticketNotes.noteAsk(note);
    await Promise.all([askByTicket(world), askByTicket(world)]);
    expect(await requests(world)).toHaveLength(1);
    expect(world.inside.ticketNotes.notedAsks.size).toBe(0);
  });

  it('asks once though what was to be written down is lost and done again (N48)', async () => {
    const { world, say } = asking();
    await say({ id: 'comment:1' });
    const notes = [...world.inside.ticketNotes.notedAsks.values()];
    await askByTicket(world);
    for (const note of notes) await world.inside.ticketNotes.noteAsk(note);
    await askByTicket(world);
    expect(await requests(world)).toHaveLength(1);
  });

  it('asks again by another comment', async () => {
    const { world, say } = asking();
    await say();
    await say();
    await askByTicket(world);
    expect(await requests(world)).toHaveLength(2);
  });

  it.each<[string, Partial<Said>, RegExp]>([
    ['by somebody whom nobody knows', { by: { id: '70121:5c1d-mallory' } }, /not known which person/],
    ['by nobody whom the system vouches for', { by: undefined as never }, /not known which person/],
    ['by a command that is none', { way: { comment: '/curfew gimme' } }, /can't be understood/],
    [
      'by a role that tickets can not ask for',
      { way: { comment: '/curfew role=event-reader ns=payments' } },
      /none that can be asked for/,
    ],
    ['in a ticket that is closed', { closed: true }, /The ticket is closed/],
  ])('%s asks for nothing, and is told why', async (_, said, words) => {
    const { world, say } = asking();
    expect(await say(said)).toMatchObject({ asked: 'refused' });
    await askByTicket(world);
    expect(await requests(world)).toEqual([]);
    expect(told(world)).toEqual([expect.stringMatching(words)]);
    expect(world.inside.metrics.counted).toContainEqual({ name: 'TicketAskRefused', value: 1 });
  });

  it('tells somebody whom nobody knows nothing of what could be asked for', async () => {
    const { world, say } = asking();
    await say({ by: { id: 'mallory' }, way: { comment: '/curfew role=event-reader ns=x' } });
    await askByTicket(world);
    expect(told(world)[0]).not.toMatch(/role/);
  });

  it('of another source, or of none that asks, is passed over', async () => {
    const { world, say } = asking();
    expect(await say({ ticket: 'OPS-17' })).toMatchObject({ taken: 'of-no-concern' });
    world.catalog.ticketing.sources.jira = anAskingSource('jira', { asks: undefined as never });
    expect(await say()).toEqual({ taken: 'first', ended: [] });
    expect(world.inside.ticketNotes.notedAsks.size).toBe(0);
  });

  it.each([
    ['a day ago', -24 * 60 * minute],
    ['in a time to come', 6 * minute],
  ])('by what was said %s asks for nothing (N48)', async (_, offset) => {
    const { world, say, now } = asking();
    expect(await say({ at: later(now(), offset) })).toEqual({ taken: 'first', ended: [] });
    expect(world.inside.ticketNotes.notedAsks.size).toBe(0);
  });

  it('that could not ask for a day asks no more, and says so', async () => {
    const { world, say } = asking();
    await say();
    world.inside.clock.advance(24 * 60 * minute);
    await askByTicket(world);
    expect(await requests(world)).toEqual([]);
    expect(told(world)).toEqual([expect.stringMatching(/took too long/)]);
  });
});

describe('a ticket that is closed', () => {
  it('does not ask by what was said before, whenever that arrives (N48)', async () => {
    const { world, say, close, now } = asking();
    const before = now();
    world.inside.clock.advance(minute);
    await close();
    await say({ at: before });
    await say({ at: now() });
    await askByTicket(world);
    expect(await requests(world)).toEqual([]);
    expect(told(world)).toEqual([
      expect.stringMatching(/closed since/),
      expect.stringMatching(/closed since/),
    ]);
  });

  it('asks again once it was reopened, by what is said then', async () => {
    const { world, say, close } = asking();
    await close();
    world.inside.clock.advance(minute);
    await say();
    await askByTicket(world);
    expect(await requests(world)).toMatchObject([{ status: 'pending' }]);
  });

  it('is known by the latest of its ends, in whatever order they come', async () => {
    const { world, say, close, now } = asking();
    const first = now();
    world.inside.clock.advance(minute);
    const asked = now();
    world.inside.clock.advance(minute);
    await close(now());
    await close(first);
    await say({ at: asked });
    await askByTicket(world);
    expect(await requests(world)).toEqual([]);
  });

  it('between what it asks for and its request denies that at once, though it was looked for too early (N13)', async () => {
    const { world, say, close, now } = asking();
    await say();
    const commit = world.inside.records.commit.bind(world.inside.records);
    const raced = { ...world, records: Object.create(world.records) as typeof world.records };
    raced.records.commit = async (change) => {
      // Told by a clock that is far behind: by its time alone the request would be of later.
      if (change.expectedVersion === 0) await close(now());
      await commit(change);
    };
    world.inside.clock.advance(10 * minute);
    await askByTicket(raced);
    expect(await requests(world)).toMatchObject([
      {
        status: 'denied',
        history: [{}, { by: 'ticket:jira', reason: 'its ticket PAY-17 was closed in jira' }],
      },
    ]);
  });
});

describe('what a ticket asks for', () => {
  it('is judged like anything else, and what is refused is on record', async () => {
    const { world, say } = asking();
    await say({ way: { comment: '/curfew role=pod-reader ns=vault for=9h' } });
    const { refused } = await askByTicket(world);
    expect(refused).toEqual([]);
    const [request] = await requests(world);
    expect(request).toMatchObject({ status: 'denied', requester: { person: 'alice@example.com' } });
    // It is told with all that becomes of requests.
    expect(told(world)).toEqual([]);
  });

  it('can not be asked for without end: so many an hour, of which no more is kept (N45)', async () => {
    const { world, say } = asking();
    world.catalog.limits.perHour = 3;
    for (let i = 0; i < 10; i++) await say();
    await askByTicket(world);
    expect(await requests(world)).toHaveLength(3);
    expect(told(world)).toHaveLength(7);
  });

  it('stays noted while it can not be judged, and is asked for once it can', async () => {
    const { world, say } = asking();
    await say();
    const records = Object.create(world.records) as typeof world.records;
    records.commit = () => Promise.reject(new Unavailable('not now'));
    const { failed } = await askByTicket({ ...world, records });
    expect(failed).toMatchObject([
      { ask: { source: 'jira', ticket: 'PAY-17' }, error: expect.any(Unavailable) },
    ]);
    await askByTicket(world);
    expect(await requests(world)).toHaveLength(1);
  });
});
