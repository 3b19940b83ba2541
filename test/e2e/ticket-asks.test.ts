/** A ticket asks, over HTTP into the deployed stack: review, claim, kubectl works; and once it is closed, nobody gets in. */
import { beforeAll, expect, inject, test } from 'vitest';
import { createSecret } from '#local/emulator/secrets.ts';
import { aComment } from '../builders/asking.ts';
import { aDelivery, secretOf } from '../builders/webhooks.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { approveByMail, mayGet, until, untilStatus } from './steps.ts';

const now = () => new Date().toISOString();

type Sent = { headers: Record<string, string>; body: Uint8Array };

/** As its source does: what wasn't taken is sent again. */
function sent({ headers, body }: Sent): Promise<number> {
  const url = `${inject('cloud').apiUrl}/v1/webhooks/jira`;
  return until('jira to be heard', async () => {
    const { status } = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
    return status < 500 && status !== 429 && status;
  });
}

const comment = (person: E2ePerson, ticket: string, more: { id: number; text?: string }) =>
  aComment('jira', {
    now: now(),
    ticket,
    by: { id: `id-of-${person.session}`, address: person.session },
    ...more,
  });

const requestsOf = async (person: E2ePerson) => (await person.api.list({ scope: 'mine', limit: 10 })).items;

const firstOf = (person: E2ePerson) =>
  until('a request of the ticket', async () => (await requestsOf(person))[0]);

beforeAll(async () => {
  await createSecret(inject('cloud').emulatorUrl, 'curfew/webhooks/jira', secretOf.jira);
});

test('a comment asks, once; what it asks for is usable once it is approved and claimed, and gone as the ticket is closed', async () => {
  const person = await aPerson('tilda');
  const ticket = 'PAY-9101';
  const delivery = comment(person, ticket, { id: 9101, text: '/curfew role=pod-reader ns=payments for=1h' });
  expect(await sent(delivery)).toBe(200);
  expect(await sent(delivery)).toBe(200);
  const { id } = await firstOf(person);
  const asked = await person.api.show(id);
  expect(asked.request).toMatchObject({
    status: 'pending',
    requester: { person: person.session, askedBy: { kind: 'ticket', source: 'jira', ticket } },
    asked: { role: 'pod-reader', ticket, reason: expect.stringContaining(ticket) },
  });
  await approveByMail(inject('cloud'), id);
  await untilStatus(person, id, 'scheduled');
  expect(await mayGet(person)).not.toBe('yes');
  await person.api.claim(id);
  await untilStatus(person, id, 'active');
  await until('kubectl to work', async () => (await mayGet(person)) === 'yes');
  expect(await requestsOf(person)).toHaveLength(1);

  expect(await sent(aDelivery('jira', { now: now(), ticket }))).toBe(200);
  await until('kubectl to be refused', async () => (await mayGet(person)) !== 'yes', 20_000);
  const { request } = await untilNothingStands(person, id, 'revoked');
  expect(request).toMatchObject({ endRequested: { by: 'ticket:jira' } });

  // What was said before that asks no more, however it is told.
  const late = comment(person, ticket, { id: 9102 });
  const told = aComment('jira', {
    ...{ now: now(), at: Date.now() - 3_600_000, ticket, id: 9103 },
    by: { id: 'x', address: person.session },
  });
  expect([await sent(told), await sent(delivery)]).toEqual([200, 200]);
  expect(await requestsOf(person)).toHaveLength(1);
  // Reopened, it asks again.
  expect(await sent(late)).toBe(200);
  await until('another request', async () => (await requestsOf(person)).length === 2);
});

test('nobody is asked for by somebody else: not by text, and not by a forged signature', async () => {
  const person = await aPerson('ursula');
  const text = `/curfew role=pod-reader ns=payments reason="for ${person.session}"`;
  const byAnother = aComment('jira', {
    now: now(),
    ticket: 'PAY-9104',
    id: 9104,
    by: { id: 'mallory' },
    text,
  });
  expect(await sent(byAnother)).toBe(200);
  const forged = aComment('jira', {
    ...{ now: now(), ticket: 'PAY-9104', id: 9105, secret: 'not-the-secret-of-jira' },
    by: { id: 'x', address: person.session },
  });
  expect(await sent(forged)).toBe(401);
  // Behind what comes after them in the same queue.
  expect(await sent(comment(person, 'PAY-9104', { id: 9106 }))).toBe(200);
  await firstOf(person);
  expect(await requestsOf(person)).toHaveLength(1);
});
