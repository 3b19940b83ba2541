/** Webhooks over HTTP: what is taken, what is refused and with how few words, and what a flood costs. */
import { describe, expect, it } from 'vitest';
import { type TicketSystem, ticketSystems } from '#domain/catalog-ticketing.ts';
import { Unavailable } from '#domain/errors.ts';
import { createWebhookApp } from '#http/webhooks.ts';
import {
  aDelivery,
  aSource,
  secretNameOf,
  secretOf,
  signatureHeaders,
  ticketOf,
} from '../builders/webhooks.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from '../operations/machine.ts';
import { answerByMail, ask, statusOf } from '../operations/story.ts';
import { standingBindings } from '../operations/world-view.ts';

const minute = 60_000;
const newSecret = `whsec_${Buffer.from('standard-secret-9876543210').toString('base64')}`;

function listening(kinds: readonly TicketSystem[] = ticketSystems) {
  const world = aWorld();
  for (const kind of kinds) {
    world.catalog.ticketing.sources[kind] = aSource(kind);
    world.inside.secrets.values.set(secretNameOf(kind), secretOf[kind]);
  }
  const logged: unknown[] = [];
  const note = (message: string, facts?: unknown) => logged.push([message, facts]);
  const app = createWebhookApp(world, { info: note, warn: note });
  const now = () => world.inside.clock.now();
  const send = async (
    kind: string,
    { headers, body }: { headers: Record<string, string | undefined>; body: Uint8Array },
  ) => {
    const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const answer = await app.request(`/curfew/v1/webhooks/${kind}`, {
      method: 'POST',
      headers: sent,
      body: Buffer.from(body),
    });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const counted = (name: string) =>
    world.inside.metrics.counted
      .filter((one) => one.name === name)
      .reduce((sum, { value }) => sum + value, 0);
  return { world, send, now, logged, counted };
}

/** A grant on the ticket of each system. */
async function granted(kind: TicketSystem, heard = listening()) {
  const { world } = heard;
  const machine = new Machine(world);
  const request = await ask(world, 'alice', { ticket: ticketOf[kind] });
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  expect(await statusOf(world, request)).toBe('active');
  return { ...heard, machine, request };
}

describe.each(ticketSystems)('%s', (kind) => {
  it('tells that a ticket is closed, and its grant is gone at once', async () => {
    const { world, send, now, machine, request } = await granted(kind);
    expect(await send(kind, aDelivery(kind, { now: now() }))).toMatchObject({
      status: 200,
      text: '{"title":"Taken"}',
    });
    await machine.run();
    expect(standingBindings(world)).toEqual([]);
    await machine.pass(2);
    expect(await world.inside.records.read(request.id)).toMatchObject({
      status: 'revoked',
      endRequested: {
        by: `ticket:${kind}`,
        reason: `its ticket ${ticketOf[kind].toUpperCase()} was closed in ${kind}`,
      },
    });
  });

  it('tells that it is open, and nothing changes', async () => {
    const { world, send, now, request } = await granted(kind);
    const before = await world.inside.records.read(request.id);
    expect(await send(kind, aDelivery(kind, { now: now(), closed: false }))).toMatchObject({ status: 200 });
    expect(await world.inside.records.read(request.id)).toEqual(before);
  });

  it.each<
    [string, number, (now: string) => { headers: Record<string, string | undefined>; body: Uint8Array }]
  >([
    ['a wrong secret', 401, (now) => aDelivery(kind, { now, secret: newSecret })],
    [
      'no signature',
      401,
      (now) => ({ headers: { 'content-type': 'application/json' }, body: aDelivery(kind, { now }).body }),
    ],
    [
      'the body written anew',
      401,
      (now) => {
        const { headers, body } = aDelivery(kind, { now });
        return {
          headers,
          body: Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString()), null, 2)),
        };
      },
    ],
    [
      'a form in place of JSON',
      415,
      (now) => {
        const { headers, body } = aDelivery(kind, { now });
        return { headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body };
      },
    ],
    [
      '10 MB, well signed',
      413,
      (now) => ({ headers: aDelivery(kind, { now }).headers, body: Buffer.alloc(10_000_000, 'x') }),
    ],
  ])('with %s is answered %d, learns nothing, and changes nothing (N48)', async (_, status, delivery) => {
    const { world, send, now, request } = await granted(kind);
    const before = await world.inside.records.read(request.id);
    const answer = await send(kind, delivery(now()));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(Object.keys(JSON.parse(answer.text))).toEqual(['title', 'status']);
    expect(await world.inside.records.read(request.id)).toEqual(before);
    expect(world.inside.ticketNotes.taken.size).toBe(0);
  });

  it('once more, and a thousand times at once, is answered as the first time and changes nothing more (N48)', async () => {
    const { world, send, now, request } = await granted(kind);
    const delivery = aDelivery(kind, { now: now() });
    const first = await send(kind, delivery);
    const after = await world.inside.records.read(request.id);
    const answers = await Promise.all(Array.from({ length: 1000 }, () => send(kind, delivery)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set([`${first.status} ${first.text}`]),
    );
    expect(await world.inside.records.read(request.id)).toEqual(after);
    const ends = (await world.inside.records.events(request.id)).filter(
      ({ type }) => type === 'end-requested',
    );
    expect(ends).toHaveLength(1);
  });
});

describe('a storm of one new delivery, a thousand at once', () => {
  it('ends the grant once', async () => {
    const { world, send, now, request } = await granted('jira');
    const delivery = aDelivery('jira', { now: now() });
    const answers = await Promise.all(Array.from({ length: 1000 }, () => send('jira', delivery)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const events = await world.inside.records.events(request.id);
    expect(events.filter(({ type }) => type === 'end-requested')).toHaveLength(1);
    expect(world.inside.ticketNotes.noted.size).toBe(0);
  });
});

describe('a replay', () => {
  it('after the ticket was reopened does not end what was granted since (N48)', async () => {
    const { world, send, now, machine } = await granted('jira');
    const closing = aDelivery('jira', { now: now() });
    await send('jira', closing);
    await machine.pass(600);
    const again = await ask(world, 'alice', { ticket: 'PAY-17' });
    await machine.run();
    await answerByMail(world, again);
    await machine.run();
    expect((await send('jira', closing)).status).toBe(200);
    await machine.run();
    expect(await statusOf(world, again)).toBe('active');
    // Nor does it where nobody remembers the delivery any more: it tells of a time before that request.
    world.inside.ticketNotes.taken.clear();
    expect((await send('jira', closing)).status).toBe(200);
    await machine.run();
    expect(await statusOf(world, again)).toBe('active');
  });

  it('of what was told of another source proves nothing there (N09)', async () => {
    const { send, now, world, request } = await granted('jira');
    world.catalog.ticketing.sources['jira-two'] = aSource('jira', { secretName: 'curfew/two' });
    world.inside.secrets.values.set('curfew/two', 'another-jira-secret-0123');
    expect((await send('jira-two', aDelivery('jira', { now: now() }))).status).toBe(401);
    expect(await statusOf(world, request)).toBe('active');
  });

  it('in another order: open after closed gives nothing back, closed after open ends (N48)', async () => {
    const { send, now, world, machine, request } = await granted('pagerduty');
    const at = Date.parse(now());
    const open = aDelivery('pagerduty', { now: now(), closed: false, at: at + 1000 });
    const closed = aDelivery('pagerduty', { now: now(), at });
    expect((await send('pagerduty', open)).status).toBe(200);
    expect(await statusOf(world, request)).toBe('active');
    expect((await send('pagerduty', closed)).status).toBe(200);
    expect((await send('pagerduty', open)).status).toBe(200);
    await machine.pass(2);
    expect(await statusOf(world, request)).toBe('revoked');
  });
});

describe('a source', () => {
  it('speaks for its own tickets only', async () => {
    const { send, now, world, machine, request } = await granted('servicenow');
    const before = await world.inside.records.read(request.id);
    const foreign = aDelivery('jira', { now: now(), ticket: 'INC0010017' });
    expect((await send('jira', foreign)).status).toBe(200);
    await machine.run();
    expect(await world.inside.records.read(request.id)).toEqual(before);
  });

  it.each(['constructor', '__proto__', 'jirax', 'JIRA', 'jira%2f..', 'toString'])(
    'that is not listed, as %s, is not found',
    async (name) => {
      const { send, now } = listening();
      const { status, text } = await send(name, aDelivery('jira', { now: now() }));
      expect([status, text]).toEqual([404, '{"title":"Not found","status":404}']);
    },
  );

  it('without a secret, or with one that could be guessed, is not found, and is once it has one', async () => {
    const { send, now, world } = listening(['jira']);
    const { values } = world.inside.secrets;
    for (const value of [undefined, '', '\n\n', 'short', '                    ']) {
      if (value === undefined) values.delete(secretNameOf('jira'));
      else values.set(secretNameOf('jira'), value);
      world.inside.clock.advance(11 * minute);
      const secret = value?.trim() ?? '';
      expect([value, (await send('jira', aDelivery('jira', { now: now(), secret }))).status]).toEqual([
        value,
        404,
      ]);
    }
    values.set(secretNameOf('jira'), secretOf.jira);
    world.inside.clock.advance(minute);
    expect((await send('jira', aDelivery('jira', { now: now() }))).status).toBe(200);
  });

  it('that sends none is not found either', async () => {
    const { send, now, world } = listening(['jira']);
    const { secretName: _, ...silent } = aSource('jira');
    world.catalog.ticketing.sources.jira = silent;
    expect((await send('jira', aDelivery('jira', { now: now() }))).status).toBe(404);
  });

  it.each(['GET', 'PUT', 'DELETE'])('is not asked by %s', async (method) => {
    const { world } = listening();
    const app = createWebhookApp(world, { info: () => undefined, warn: () => undefined });
    expect((await app.request('/v1/webhooks/jira', { method })).status).toBe(404);
  });
});

describe('a secret', () => {
  it('is read once, rotated without a gap, and no longer good once it is taken away', async () => {
    const { send, now, world } = listening(['jira']);
    const { values, reads } = world.inside.secrets;
    const name = secretNameOf('jira');
    const sent = async (secret: string) => {
      // Of each its own, or it would be known already.
      world.inside.clock.advance(1);
      return (await send('jira', aDelivery('jira', { now: now(), secret }))).status;
    };
    for (let i = 0; i < 20; i++) expect(await sent(secretOf.jira)).toBe(200);
    expect(reads).toHaveLength(1);
    world.inside.clock.advance(minute);
    values.set(name, `${newSecret}\n${secretOf.jira}\n`);
    expect([await sent(newSecret), await sent(secretOf.jira)]).toEqual([200, 200]);
    expect(reads).toHaveLength(2);
    values.set(name, newSecret);
    world.inside.clock.advance(10 * minute);
    expect([await sent(secretOf.jira), await sent(newSecret)]).toEqual([401, 200]);
  });

  it('is read again for a forged delivery once a minute at most', async () => {
    const { send, now, world } = listening(['jira']);
    const forged = () => send('jira', aDelivery('jira', { now: now(), secret: newSecret }));
    for (let i = 0; i < 100; i++) await forged();
    expect(world.inside.secrets.reads).toHaveLength(1);
    world.inside.clock.advance(minute);
    for (let i = 0; i < 100; i++) await forged();
    expect(world.inside.secrets.reads).toHaveLength(2);
  });

  it("that can't be read takes nothing, and the source is to send again", async () => {
    const { send, now, world } = listening(['jira']);
    world.faults.at('secrets.read');
    const { status, headers } = await send('jira', aDelivery('jira', { now: now() }));
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect((await send('jira', aDelivery('jira', { now: now() }))).status).toBe(200);
  });
});

describe('a flood', () => {
  it('of ten thousand forged deliveries is counted by a few lines, and stores nothing', async () => {
    const { send, now, world, logged, counted } = listening(['jira']);
    const forged = aDelivery('jira', { now: now(), secret: newSecret });
    for (let i = 0; i < 10_000; i++) await send('jira', forged);
    const lines = logged.length;
    expect(lines).toBeLessThan(20);
    expect(counted('WebhookRefused')).toBeGreaterThan(5_000);
    expect(world.faults.calls.filter((call) => /^(records|ticketNotes|executions)\./.test(call))).toEqual([]);
    world.inside.clock.advance(minute);
    await send('jira', forged);
    expect(counted('WebhookRefused')).toBe(10_001);
    expect(JSON.stringify(logged)).not.toMatch(/secret-|signature=|sha256=/);
  });

  it('of unknown names counts as one source', async () => {
    const { send, now, logged } = listening(['jira']);
    for (let i = 0; i < 1000; i++) await send(`name-${i}`, aDelivery('jira', { now: now() }));
    expect(logged.length).toBeLessThan(12);
    expect(JSON.stringify(logged)).not.toContain('name-');
  });
});

describe('a delivery that is proven', () => {
  it('and can not be understood is a failure that is told, since a ticket may be closed', async () => {
    const { send, now, world, counted } = listening(['jira']);
    const signed = (text: string) => {
      const body = Buffer.from(text);
      const headers = {
        'content-type': 'application/json',
        ...signatureHeaders('jira', body, { now: now() }),
      };
      return send('jira', { headers, body });
    };
    const known = Buffer.from(aDelivery('jira', { now: now() }).body).toString();
    for (const text of [
      '{"webhookEvent": "jira:issue_updated"}',
      'not json',
      // Two readers of this would see two tickets (N42).
      known.replace('"key":"PAY-17"', '"key":"PAY-17","key":"PAY-18"'),
      known.replace('"key":"PAY-17"', '"key":"PAY-17","__proto__":{"key":"PAY-18"}'),
    ])
      expect([text.slice(0, 40), (await signed(text)).status]).toEqual([text.slice(0, 40), 400]);
    expect(counted('WebhookFailed')).toBe(4);
    expect(world.inside.ticketNotes.taken.size).toBe(0);
  });

  it.each([
    'records.withTicket',
    'ticketNotes.noteClosing',
    'records.commit',
    'ticketNotes.keepTaken',
    'ticketNotes.wasTaken',
  ])('is to be sent again where %s fails, and is then done in full', async (point) => {
    const { world, send, now, machine, request, counted } = await granted('github');
    const delivery = aDelivery('github', { now: now() });
    world.faults.at(point);
    expect((await send('github', delivery)).status).toBe(503);
    expect(counted('WebhookFailed')).toBe(1);
    expect((await send('github', delivery)).status).toBe(200);
    await machine.pass(2);
    expect(await statusOf(world, request)).toBe('revoked');
  });

  it('meets an error of ours with 500 and no word of it', async () => {
    const { world, send, now } = await granted('github');
    world.faults.at('records.withTicket', 1, 'before', new Error('the table is called curfew-records-0815'));
    const { status, text } = await send('github', aDelivery('github', { now: now() }));
    expect([status, text]).toEqual([500, '{"title":"Something went wrong","status":500}']);
  });

  it('whose sender never tries again is driven on by the sweep', async () => {
    const { world, send, now, machine, request } = await granted('github');
    world.faults.at('records.commit', 1, 'before', new Unavailable('throttled'));
    expect((await send('github', aDelivery('github', { now: now() }))).status).toBe(503);
    expect(await statusOf(world, request)).toBe('active');
    await machine.pass(61);
    await machine.pass(2);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await world.inside.ticketNotes.closings()).toEqual([]);
  });
});
