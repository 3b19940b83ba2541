/** Proof of who sent a delivery, for each ticket system: what is accepted, and all that is not (N09, N48). */
import { describe, expect, it } from 'vitest';
import { ticketSystems } from '#domain/catalog-ticketing.ts';
import { after as later } from '#domain/instant.ts';
import type { Delivery } from '#domain/webhooks/delivery.ts';
import { proveBy } from '#domain/webhooks/prove.ts';
import { aDelivery, payloadOf, secretOf, signatureHeaders } from '../../builders/webhooks.ts';

const now = '2026-11-21T08:00:00.000Z';
const minute = 60_000;
const timestamped = ['servicenow', 'standard-webhooks'] as const;
/** Where the signature is. */
const header = {
  jira: 'x-hub-signature',
  servicenow: 'x-curfew-signature',
  pagerduty: 'x-pagerduty-signature',
  github: 'x-hub-signature-256',
  'standard-webhooks': 'webhook-signature',
} as const;

const other = 'standard-secret-9876543210';
const another = { secret: `whsec_${Buffer.from(other).toString('base64')}` };

describe.each(ticketSystems)('a delivery of %s', (kind) => {
  const prove = (delivery: Delivery, secrets: readonly string[] = [secretOf[kind]], at = now) =>
    proveBy[kind](delivery, secrets, at);
  const fresh = () => aDelivery(kind, { now });
  const signature = (value: string) => ({
    ...fresh(),
    headers: { ...fresh().headers, [header[kind]]: value },
  });

  it('is proven by its signature', () => {
    expect(prove(fresh())).toEqual({ key: expect.stringMatching(/^[0-9a-f]{64}$|^msg_/) });
  });

  it('is proven by either secret while they are rotated, in either order, and by neither afterwards', () => {
    const { secret } = another;
    const old = secretOf[kind];
    for (const secrets of [
      [old, secret],
      [secret, old],
    ]) {
      expect(prove(fresh(), secrets)).toHaveProperty('key');
      expect(prove(aDelivery(kind, { now, secret }), secrets)).toHaveProperty('key');
    }
    expect(prove(fresh(), [secret])).toEqual({ unproven: 'wrong-signature' });
  });

  it('is not proven by a wrong secret, by none, nor by an empty one (N48)', () => {
    expect(prove(aDelivery(kind, { now, ...another }))).toEqual({ unproven: 'wrong-signature' });
    expect(prove(fresh(), [])).toEqual({ unproven: 'wrong-signature' });
    const empty = aDelivery(kind, { now, secret: kind === 'standard-webhooks' ? 'whsec_' : '' });
    expect(prove(empty)).toEqual({ unproven: 'wrong-signature' });
  });

  it('is not proven by the signature of another system with the same secret (N09)', () => {
    for (const wrong of ticketSystems.filter((system) => system !== kind)) {
      const { secret } = another;
      const body = payloadOf(kind, { now });
      const headers = signatureHeaders(wrong, body, { now, secret });
      // Jira and GitHub sign alike, under other names.
      expect([wrong, prove({ headers, body }, [secret])]).toEqual([wrong, { unproven: 'unsigned' }]);
    }
  });

  it('is not proven once a single byte of its body is another, though it means the same (N48)', () => {
    const { headers, body } = fresh();
    const again = Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString()), null, 1));
    for (const changed of [again, Buffer.concat([body, Buffer.from(' ')]), body.subarray(1), Buffer.alloc(0)])
      expect(prove({ headers, body: changed })).toEqual({ unproven: 'wrong-signature' });
  });

  it.each([
    ['none', ''],
    ['one of another method', 'sha1=0123456789012345678901234567890123456789'],
    ['one that is cut', 'v1=0123'],
    ['hex that is none', `sha256=${'g'.repeat(64)}`],
    ['base64 that is none', 'v1,%%%%'],
    ['a scheme without a signature', 'v1=,v1,sha256='],
  ])('is unsigned with %s', (_, value) => {
    expect(prove(signature(value))).toEqual({ unproven: 'unsigned' });
  });

  it('is unsigned without any header, whatever it holds', () => {
    expect(prove({ headers: {}, body: fresh().body })).toEqual({ unproven: 'unsigned' });
  });

  it('has the same key each time, and another event has another one', () => {
    const id = 'msg_other';
    const [one, again] = [prove(fresh()), prove(fresh())];
    expect(one).toEqual(again);
    expect(prove(aDelivery(kind, { now, at: Date.parse(now) + 1, id }))).not.toEqual(one);
  });
});

describe.each(timestamped)('the time of a delivery of %s', (kind) => {
  const prove = (delivery: Delivery, at: string) => proveBy[kind](delivery, [secretOf[kind]], at);

  it.each([
    [-5 * minute, true],
    [-5 * minute - 1000, false],
    [5 * minute, true],
    [5 * minute + 1000, false],
    [-24 * 60 * minute, false],
  ])('signed %d ms from now is taken: %s (N48)', (offset, taken) => {
    const proof = prove(aDelivery(kind, { now: later(now, offset), at: Date.parse(now) }), now);
    expect(proof).toEqual(taken ? { key: expect.any(String) } : { unproven: 'stale' });
  });

  it('can not be renewed: it is signed', () => {
    const { headers, body } = aDelivery(kind, { now: later(now, -60 * minute), at: Date.parse(now) });
    const name = kind === 'servicenow' ? 'x-curfew-timestamp' : 'webhook-timestamp';
    const renewed = { ...headers, [name]: String(Date.parse(now) / 1000) };
    expect(prove({ headers: renewed, body }, now)).toEqual({ unproven: 'wrong-signature' });
  });

  it.each(['', 'soon', '1e9', '-1', '99999999999999'])('that is no time, as "%s", proves nothing', (text) => {
    const { headers, body } = aDelivery(kind, { now });
    const name = kind === 'servicenow' ? 'x-curfew-timestamp' : 'webhook-timestamp';
    expect(prove({ headers: { ...headers, [name]: text }, body }, now)).toEqual({ unproven: 'unsigned' });
  });
});

describe('the headers of an id that nobody signs', () => {
  it.each([
    ['jira', 'x-atlassian-webhook-identifier'],
    ['github', 'x-github-delivery'],
    ['pagerduty', 'x-webhook-id'],
  ] as const)('make no replay of %s a new delivery (N48)', (kind, name) => {
    const { headers, body } = aDelivery(kind, { now });
    const prove = (of: Record<string, string>) => proveBy[kind]({ headers: of, body }, [secretOf[kind]], now);
    expect(prove({ ...headers, [name]: 'another' })).toEqual(prove(headers));
  });

  it('is part of the signature of Standard Webhooks, and so is that it ends where it ends', () => {
    const { headers, body } = aDelivery('standard-webhooks', { now, id: 'msg_1' });
    const prove = (of: Record<string, string>) =>
      proveBy['standard-webhooks']({ headers: of, body }, [secretOf['standard-webhooks']], now);
    expect(prove({ ...headers, 'webhook-id': 'msg_2' })).toEqual({ unproven: 'wrong-signature' });
    expect(prove({ ...headers, 'webhook-id': 'msg.1' })).toEqual({ unproven: 'unsigned' });
  });
});

describe('the method of a signature', () => {
  it.each(['jira', 'github'] as const)('of %s is sha256 by name, and no other', (kind) => {
    const { headers, body } = aDelivery(kind, { now });
    const hex = (headers[header[kind]] ?? '').slice('sha256='.length);
    for (const value of [hex, `=${hex}`, `sha1=${hex}`, `sha512=${hex}`, `SHA256=${hex}`, `sha256:${hex}`])
      expect([
        value,
        proveBy[kind]({ headers: { [header[kind]]: value }, body }, [secretOf[kind]], now),
      ]).toEqual([value, { unproven: 'unsigned' }]);
  });
});

describe('several signatures', () => {
  it('of PagerDuty: one that fits is enough, wherever it stands, and other versions are passed over', () => {
    const { headers, body } = aDelivery('pagerduty', { now });
    const good = headers['x-pagerduty-signature'] ?? '';
    const prove = (value: string) =>
      proveBy.pagerduty({ headers: { 'x-pagerduty-signature': value }, body }, [secretOf.pagerduty], now);
    const bad = `v1=${'0'.repeat(64)}`;
    expect(prove(`${bad},${good}`)).toHaveProperty('key');
    expect(prove(`${good}, ${bad}`)).toHaveProperty('key');
    expect(prove(`v2=${good.slice(3)}`)).toEqual({ unproven: 'unsigned' });
    expect(prove(`${`${bad},`.repeat(1000)}${good}`)).toEqual({ unproven: 'wrong-signature' });
  });

  it('of Standard Webhooks: by spaces, and those of other schemes are passed over', () => {
    const { headers, body } = aDelivery('standard-webhooks', { now });
    const good = headers['webhook-signature'] ?? '';
    const prove = (value: string) =>
      proveBy['standard-webhooks'](
        { headers: { ...headers, 'webhook-signature': value }, body },
        [secretOf['standard-webhooks']],
        now,
      );
    expect(prove(`v1a,${'A'.repeat(88)} ${good}`)).toHaveProperty('key');
    expect(prove(`v1a${good.slice(2)}`)).toEqual({ unproven: 'unsigned' });
  });

  it.each(['jira', 'github'] as const)('of %s: a header that came twice proves nothing (N42)', (kind) => {
    const { headers, body } = aDelivery(kind, { now });
    const good = headers[header[kind]] ?? '';
    for (const twice of [`${good}, ${good}`, `${good}, sha256=${'0'.repeat(64)}`])
      expect(proveBy[kind]({ headers: { [header[kind]]: twice }, body }, [secretOf[kind]], now)).toEqual({
        unproven: 'unsigned',
      });
  });
});
