/** Webhooks by which tickets ask, over HTTP: signed as their systems sign them, to a request that somebody has to claim. */
import { describe, expect, it } from 'vitest';
import { type TicketSystem, ticketSystems } from '#domain/catalog-ticketing.ts';
import { createWebhookApp } from '#http/webhooks.ts';
import { askByTicket } from '#operations/ask-by-ticket.ts';
import { claimRequest } from '#operations/claim-request.ts';
import { aComment, aliceIn, anAskingSource, commentBy, signed } from '../builders/asking.ts';
import { aCaller } from '../builders/caller.ts';
import { aDelivery, secretNameOf, secretOf, ticketOf } from '../builders/webhooks.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from '../operations/machine.ts';
import { answerByMail, statusOf } from '../operations/story.ts';
import { standingBindings } from '../operations/world-view.ts';

interface Sent {
  headers: Record<string, string>;
  body: Uint8Array;
}

const canary = 'canary-4711-free-text';

function listening() {
  const world = aWorld();
  for (const kind of ticketSystems) {
    world.catalog.ticketing.sources[kind] = anAskingSource(kind, { comments: true });
    world.inside.secrets.values.set(secretNameOf(kind), secretOf[kind]);
  }
  world.catalog.people = {
    'alice@example.com': { aliases: Object.values(aliceIn).map(({ alias }) => alias) },
  };
  const logged: unknown[] = [];
  const note = (message: string, facts?: unknown) => logged.push([message, facts]);
  const app = createWebhookApp(world, { info: note, warn: note });
  const send = async (kind: string, { headers, body }: Sent) => {
    const sent = { method: 'POST', headers, body: Buffer.from(body) };
    return (await app.request(`/v1/webhooks/${kind}`, sent)).status;
  };
  const requests = async () =>
    (await world.inside.records.listByRequester('alice@example.com', { limit: 100 })).items;
  return { world, send, requests, logged, now: () => world.inside.clock.now() };
}

describe.each(ticketSystems)('a comment of %s', (kind) => {
  it('asks, is reviewed, claimed and granted; and as its ticket is closed, all of it is gone', async () => {
    const { world, send, requests, now } = listening();
    const machine = new Machine(world);
    expect(await send(kind, aComment(kind, { now: now() }))).toBe(200);
    await askByTicket(world);
    const [request] = await requests();
    if (!request) throw new Error('Nothing was asked for.');
    expect(request.requester).toMatchObject({
      person: 'alice@example.com',
      askedBy: {
        kind: 'ticket',
        source: kind,
        ticket: ticketOf[kind].toUpperCase(),
        user: `${kind}:${aliceIn[kind].id}`,
      },
    });
    await machine.run();
    await answerByMail(world, request);
    await machine.run();
    expect(standingBindings(world)).toEqual([]);
    await claimRequest(world, { id: request.id, caller: aCaller('alice') });
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    expect(standingBindings(world)).toHaveLength(1);

    world.inside.clock.advance(60_000);
    expect(await send(kind, aDelivery(kind, { now: now(), id: 'msg_closed' }))).toBe(200);
    await machine.run();
    expect(standingBindings(world)).toEqual([]);
  });

  it.each<[string, number, (now: string) => Sent]>([
    [
      'another secret',
      401,
      (now) =>
        aComment(kind, {
          now,
          secret: `whsec_${Buffer.from('standard-secret-9876543210').toString('base64')}`,
        }),
    ],
    [
      'no signature',
      401,
      (now) => ({ ...aComment(kind, { now }), headers: { 'content-type': 'application/json' } }),
    ],
    [
      'the name of somebody else put in afterwards',
      401,
      (now) => {
        const { headers, body } = aComment(kind, { now });
        return { headers, body: Buffer.from(body.toString().replaceAll(aliceIn[kind].id, '8')) };
      },
    ],
  ])('with %s is answered %d, and asks for nothing (N48)', async (_, status, delivery) => {
    const { world, send, requests, now } = listening();
    expect(await send(kind, delivery(now()))).toBe(status);
    await askByTicket(world);
    expect(await requests()).toEqual([]);
    expect(world.inside.ticketNotes.notedAsks.size).toBe(0);
  });

  it('two hundred times at once asks once (N48)', async () => {
    const { world, send, requests, now } = listening();
    const delivery = aComment(kind, { now: now() });
    const answers = await Promise.all(Array.from({ length: 200 }, () => send(kind, delivery)));
    expect(new Set(answers)).toEqual(new Set([200]));
    await Promise.all([askByTicket(world), askByTicket(world)]);
    expect(await requests()).toHaveLength(1);
  });

  it('by nobody who is known leaves none of its text in any log, note or record', async () => {
    const { world, send, requests, logged, now } = listening();
    const text = `/curfew role=${canary} ns=payments reason="${canary}"`;
    for (const by of [{ id: '9' }, { id: aliceIn[kind].id }])
      await send(kind, aComment(kind, { now: now(), id: by.id === '9' ? 1 : 2, text, by, title: canary }));
    expect(await askByTicket(world)).toMatchObject({ asked: [], refused: [{}, {}] });
    expect(await requests()).toEqual([]);
    const kept = JSON.stringify([logged, world.inside.eventBus.replies, [...world.inside.ticketNotes.taken]]);
    expect(kept).not.toContain(canary);
    expect(logged).toContainEqual([
      'a ticket asks',
      expect.objectContaining({ source: kind, asked: 'refused' }),
    ]);
  });
});

describe('a comment in another shape than documented', () => {
  it.each<TicketSystem>(['jira', 'github', 'servicenow', 'standard-webhooks'])(
    'of %s is told as such',
    async (kind) => {
      const { send, now } = listening();
      const payload = JSON.parse(JSON.stringify(commentBy(kind, { now: now() }))) as Record<string, unknown>;
      delete payload[
        {
          jira: 'timestamp',
          github: 'sender',
          servicenow: 'event',
          'standard-webhooks': 'timestamp',
          pagerduty: '',
        }[kind]
      ];
      expect(await send(kind, signed(kind, payload, { now: now() }))).toBe(400);
    },
  );
});
