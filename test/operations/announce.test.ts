/** Telling the outside: all of a request's life, in order, and again where it was not taken. */
import { describe, expect, it } from 'vitest';
import { eventsInBatch } from '#adapters/event-stream.ts';
import { eventKey } from '#adapters/table.ts';
import { canonicalJson } from '#domain/digest.ts';
import { announce } from '#operations/announce.ts';
import { announceBatch } from '#operations/announce-batch.ts';
import { replyToTicket } from '#operations/reply-to-ticket.ts';
import { aSource } from '../builders/webhooks.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';

async function lived() {
  const world = aWorld();
  const machine = new Machine(world);
  const request = await ask(world);
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  await machine.pass(3600);
  expect(await statusOf(world, request)).toBe('revoked');
  const events = await world.inside.records.events(request.id);
  return { world, request, events };
}

/** As Lambda hands them over. */
const batch = (events: readonly { requestId: string; seq: number }[]) =>
  eventsInBatch({
    Records: events.map((event, i) => {
      const { pk, sk } = eventKey(event.requestId, event.seq);
      return {
        eventName: 'INSERT',
        dynamodb: {
          SequenceNumber: `${i}`,
          Keys: { pk: { S: pk }, sk: { S: sk } },
          NewImage: { pk: { S: pk }, event: { S: canonicalJson(event) } },
        },
      };
    }),
  });

const silent = { error: () => {} };

describe('the life of a request', () => {
  it('is told in order, each change of its status', async () => {
    const { world, events } = await lived();
    expect(await announceBatch(world, silent, batch(events))).toEqual({ batchItemFailures: [] });
    const { announced } = world.inside.eventBus;
    expect(announced.map(({ type }) => type)).toEqual([
      'submitted',
      'approved',
      'grant-opened',
      'grant-active',
      'revoking',
      'revoked',
    ]);
    expect(announced.map(({ status }) => status)).toEqual([...new Set(events.map(({ status }) => status))]);
  });

  it('is told again from where the bus did not take it, and nothing behind that before', async () => {
    const { world, events } = await lived();
    world.faults.at('eventBus.announce');
    expect(await announceBatch(world, silent, batch(events))).toEqual({
      batchItemFailures: [{ itemIdentifier: '0' }],
    });
    expect(world.inside.eventBus.announced).toEqual([]);
    await announceBatch(world, silent, batch(events));
    await announceBatch(world, silent, batch(events));
    const ids = world.inside.eventBus.announced.map(({ id }) => id);
    expect(new Set(ids).size).toBe(6);
    expect(ids.slice(6)).toEqual(ids.slice(0, 6));
  });

  it('goes on behind what can never be told, which is counted', async () => {
    const { world, events } = await lived();
    const [first, ...rest] = events;
    if (!first) throw new Error('Nothing happened.');
    const broken = batch([{ requestId: 'X', seq: 1 }]);
    const unknown = batch([{ ...first, requestId: 'UNKNOWN', seq: 1 }]);
    await announceBatch(world, silent, [...broken, ...unknown, ...batch(rest)]);
    const lost = { name: 'AnnouncementLost', value: 1 };
    expect(world.inside.metrics.counted.filter(({ name }) => name === lost.name)).toEqual([lost, lost]);
    expect(world.inside.eventBus.announced).toHaveLength(5);
  });

  it('costs no reading where nobody is told', async () => {
    const { world, events } = await lived();
    const asked = events.find(({ type }) => type === 'reviewers-asked');
    world.faults.at('records.read', 'every');
    expect(asked && (await announce(world, asked))).toBe(false);
  });
});

describe('a reply to a ticket', () => {
  const reply = { source: 'jira', ticket: 'PAY-17', text: 'No\nsuch role', cause: 'delivery-1' };

  it('is handed on where the catalog has comments written there, under one id however often', async () => {
    const world = aWorld();
    world.catalog.ticketing.sources.jira = aSource('jira', { comments: true });
    expect(await replyToTicket(world, reply)).toBe('handed-on');
    await replyToTicket(world, reply);
    await replyToTicket(world, { ...reply, cause: 'delivery-2' });
    const [first, second, third] = world.inside.eventBus.replies;
    expect(first).toMatchObject({ ticketSources: ['jira'], ticket: 'PAY-17', text: 'No such role' });
    expect(second?.id).toBe(first?.id);
    expect(third?.id).not.toBe(first?.id);
  });

  it('is not handed on anywhere else', async () => {
    const world = aWorld();
    world.catalog.ticketing.sources.jira = aSource('jira');
    for (const source of ['jira', 'none', 'constructor'])
      expect(await replyToTicket(world, { ...reply, source })).toBe('not-wanted');
    expect(world.inside.eventBus.replies).toEqual([]);
  });
});
