/** Webhooks of ticket systems, over HTTP into the deployed stack: a closed ticket ends its access, and nobody else is listened to. */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type TicketSystem, ticketSystems } from '#domain/catalog-ticketing.ts';
import { createSecret } from '#local/emulator/secrets.ts';
import { aDelivery, secretOf, ticketOf } from '../builders/webhooks.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aPerson } from './person.ts';
import { ask, getAccess, mayGet, until, untilStatus } from './steps.ts';

/** As curfew.yaml calls them. */
const nameOf = (kind: TicketSystem) => (kind === 'standard-webhooks' ? 'other' : kind);

const now = () => new Date().toISOString();

async function send(
  kind: TicketSystem,
  { headers, body }: { headers: Record<string, string>; body: Uint8Array },
) {
  const { apiUrl } = inject('cloud');
  const url = `${apiUrl}/v1/webhooks/${nameOf(kind)}`;
  const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
  return { status: answer.status, text: await answer.text() };
}

/** As its source does: what wasn't taken is sent again. */
function sent(kind: TicketSystem, delivery: Parameters<typeof send>[1]) {
  return until(
    `${kind} to be heard`,
    async () => {
      const answer = await send(kind, delivery);
      return answer.status < 500 && answer.status !== 429 && answer;
    },
    60_000,
  );
}

/** Another ticket for each test: they run at the same time. */
const ticket = (kind: TicketSystem, number: number): string =>
  ticketOf[kind].replace(kind === 'pagerduty' ? /7K$/ : /17$/, String(number));

beforeAll(async () => {
  const { emulatorUrl } = inject('cloud');
  for (const kind of ticketSystems)
    await createSecret(emulatorUrl, `curfew/webhooks/${nameOf(kind)}`, secretOf[kind]);
});

describe.concurrent('a ticket that is closed', () => {
  test('ends the access that was given for it within seconds, and its reopening gives nothing back', async () => {
    const person = await aPerson('erin');
    const name = ticket('jira', 81);
    // So long that only its ticket can have ended it.
    const { id, grant } = await getAccess(person, { duration: '1h', ticket: name });
    expect(await mayGet(person)).toBe('yes');
    const delivery = aDelivery('jira', { now: now(), ticket: name });
    expect(await sent('jira', delivery)).toEqual({ status: 200, text: '{"title":"Taken"}' });
    await until('kubectl to be refused', async () => (await mayGet(person)) !== 'yes', 20_000);

    const { request, events } = await untilNothingStands(person, id, 'revoked');
    expect(request).toMatchObject({
      endRequested: { by: 'ticket:jira', reason: `its ticket ${name} was closed in jira` },
      grant: { expiresAt: grant?.expiresAt },
    });
    expect(events.filter(({ type }) => type === 'end-requested')).toMatchObject([{ actor: 'ticket:jira' }]);

    // Tens at once, of the same and of its reopening: each is answered, none changes anything.
    const reopened = aDelivery('jira', { now: now(), ticket: name, closed: false });
    const storm: { status: number }[] = [];
    for (let wave = 0; wave < 4; wave++)
      storm.push(
        ...(await Promise.all(
          Array.from({ length: 10 }, (_, i) => sent('jira', i % 2 ? delivery : reopened)),
        )),
      );
    expect(new Set(storm.map(({ status }) => status))).toEqual(new Set([200]));
    const after = await person.api.show(id);
    expect(after.request.status).toBe('revoked');
    expect(after.events).toHaveLength(events.length);
  });

  test.for(ticketSystems.filter((kind) => kind !== 'jira'))(
    'in %s denies what still waits for its reviewers',
    async (kind) => {
      const person = await aPerson('finn');
      const name = ticket(kind, 82);
      const { id } = await ask(person, { ticket: name });
      expect(await sent(kind, aDelivery(kind, { now: now(), ticket: name }))).toMatchObject({ status: 200 });
      const { request } = await untilStatus(person, id, 'denied');
      expect(request.history.at(-1)).toMatchObject({ by: `ticket:${nameOf(kind)}` });
    },
  );
});

describe('a delivery that proves nothing', () => {
  const forged = `whsec_${Buffer.from('standard-secret-9876543210').toString('base64')}`;
  const json = { 'content-type': 'application/json' };

  test('is refused without a word of why, and changes nothing', async () => {
    const person = await aPerson('gwen');
    const names = ticketSystems.map((kind) => ticket(kind, 83));
    const ids = await Promise.all(names.map(async (name) => (await ask(person, { ticket: name })).id));
    for (const [i, kind] of ticketSystems.entries()) {
      const told = { now: now(), ticket: names[i] ?? '' };
      const good = aDelivery(kind, told);
      const again = Buffer.from(JSON.stringify(JSON.parse(Buffer.from(good.body).toString()), null, 1));
      expect([
        kind,
        await send(kind, aDelivery(kind, { ...told, secret: forged })),
        await send(kind, { headers: json, body: good.body }),
        await send(kind, { headers: good.headers, body: again }),
      ]).toEqual([
        kind,
        ...Array.from({ length: 3 }, () => ({ status: 401, text: '{"title":"Not proven","status":401}' })),
      ]);
      expect(
        await send(kind, { ...good, headers: { ...good.headers, 'content-type': 'text/plain' } }),
      ).toMatchObject({
        status: 415,
      });
    }
    const old = new Date(Date.now() - 3_600_000).toISOString();
    for (const kind of ['servicenow', 'standard-webhooks'] as const)
      expect(
        await send(kind, aDelivery(kind, { now: old, at: Date.now(), ticket: ticket(kind, 83) })),
      ).toMatchObject({
        status: 401,
      });
    for (const id of ids) expect((await person.api.show(id)).request.status).toBe('pending');
    for (const id of ids) await person.api.withdraw(id);
  });

  test('of more than a source sends is too large, whoever signed it', async () => {
    const { headers } = aDelivery('jira', { now: now() });
    expect(await send('jira', { headers, body: Buffer.alloc(300_000, 'x') })).toMatchObject({ status: 413 });
    // API Gateway's own limit may come first; none of it is taken.
    const { status } = await send('jira', { headers, body: Buffer.alloc(10_500_000, 'x') });
    expect(status).toBeGreaterThanOrEqual(400);
  });

  test('of a source that nobody listed is not found, and the rest of the API still wants a signature', async () => {
    const { apiUrl } = inject('cloud');
    const { headers, body } = aDelivery('jira', { now: now() });
    const post = async (path: string) =>
      (await fetch(`${apiUrl}${path}`, { method: 'POST', headers, body: Buffer.from(body) })).status;
    expect(await post('/v1/webhooks/constructor')).toBe(404);
    expect(await post('/v1/requests')).toBe(403);
    expect(await post('/v1/webhooks')).toBe(403);
    expect(await post('/v1/webhooks/jira/x')).toBe(403);
  });
});
