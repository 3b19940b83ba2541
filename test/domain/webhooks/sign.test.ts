/** What is sent is signed as Standard Webhooks has it: the reference library is the judge. */
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signatureHeaders, signingKey } from '#domain/webhooks/sign.ts';

const secret = (text: string) => `whsec_${Buffer.from(text.padEnd(24, '.')).toString('base64')}`;
const keysOf = (...secrets: string[]) => secrets.flatMap((one) => signingKey(one) ?? []);
const now = () => new Date().toISOString();
const body = '{"type":"approved","data":{"text":"ü “x”"}}';

describe('a signature', () => {
  it('is verified by the reference library', () => {
    const headers = signatureHeaders({ id: 'X-3', now: now(), body }, keysOf(secret('new')));
    expect(new Webhook(secret('new')).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it('is made by each live secret, so that one may be changed while the other holds', () => {
    const headers = signatureHeaders({ id: 'X-3', now: now(), body }, keysOf(secret('new'), secret('old')));
    for (const one of ['new', 'old'])
      expect(new Webhook(secret(one)).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret('other')).verify(body, headers)).toThrow();
  });

  it('holds for no other body, id or time', () => {
    const made = signatureHeaders({ id: 'X-3', now: now(), body }, keysOf(secret('new')));
    const later = String(Number(made['webhook-timestamp']) + 1);
    const verify = (text: string, headers: Record<string, string>) =>
      new Webhook(secret('new')).verify(text, headers);
    expect(() => verify(`${body} `, made)).toThrow();
    expect(() => verify(body, { ...made, 'webhook-id': 'X-4' })).toThrow();
    expect(() => verify(body, { ...made, 'webhook-timestamp': later })).toThrow();
    const old = signatureHeaders({ id: 'X-3', now: '2026-01-01T00:00:00.000Z', body }, keysOf(secret('new')));
    expect(() => verify(body, old)).toThrow(/old/);
  });

  it.each(['', 'secret', 'whsec_', 'whsec_!!!!', `whsec_${Buffer.from('short').toString('base64')}`])(
    'is never made by what is no key: %j',
    (text) => expect(signingKey(text)).toBeUndefined(),
  );
});
