/** Links and forms that no mail and no page gave out: the page says so, and the request waits on as it is. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { pageNonce } from '#http/page-nonce.ts';
import type { RequestWithEvents } from '#http/request-view.ts';
import { linkIn, textOf } from '#local/reviewer.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { ask, mailAbout, rob, until } from './steps.ts';

const cloud = inject('cloud');
let iris: E2ePerson;
let before: RequestWithEvents;
let link: string;
let secret: string;
let digest: string;
/** What a page that was really shown has in its form. */
let nonce: string;

beforeAll(async () => {
  iris = await aPerson('iris');
  const { id } = await ask(iris);
  link = linkIn(await mailAbout(cloud, id));
  await mailAbout(cloud, id, rob);
  secret = link.split('/').at(-1) ?? '';
  const page = await (await fetch(link)).text();
  nonce = /name="nonce" value="([^"]+)"/.exec(page)?.[1] ?? '';
  before = await until('all mails to be on record', async () => {
    const seen = await iris.api.show(id);
    return seen.request.notified.length === 2 && seen;
  });
  digest = before.request.digest;
});

afterEach(async () => {
  if (before.request.status === 'pending') expect(await iris.api.show(before.request.id)).toEqual(before);
});

interface Form {
  [name: string]: string | undefined;
}
const form = (change: Form = {}): Form => ({ answer: 'approve', digest, nonce, ...change });

async function post(to: string, fields: Form | string, headers: Record<string, string> = {}) {
  const given = typeof fields === 'string' ? [] : Object.entries(fields);
  const known = given.filter((field): field is [string, string] => field[1] !== undefined);
  const body = typeof fields === 'string' ? fields : new URLSearchParams(known);
  const response = await fetch(to, { method: 'POST', body, headers, redirect: 'manual' });
  return { status: response.status, says: textOf(await response.text()) };
}

describe('A link', () => {
  const of = (token: string) => link.replace(secret, token);
  test.each<[what: string, token: () => string]>([
    ['that somebody made up', () => randomBytes(32).toString('base64url')],
    ['with a letter changed', () => `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`],
    ['cut short', () => secret.slice(0, -4)],
    ['with something behind it', () => `${secret}=`],
    ['in other case', () => secret.toLowerCase()],
    ['with the digest instead of a secret', () => digest],
    ['that would be a pattern', () => '%25'.repeat(25)],
    ['endless', () => 'A'.repeat(4000)],
  ])('%s leads to a page that says what to do, and decides nothing', async (_, token) => {
    const shown = await fetch(of(token()));
    const answered = await post(of(token()), form());
    for (const { status, says } of [{ status: shown.status, says: textOf(await shown.text()) }, answered]) {
      expect(status).toBe(410);
      expect(says).toMatch(/This link is not known/);
      expect(says).toMatch(/curfew (list|approve|deny)/);
      expect(says).not.toContain('iris');
    }
  });
});

describe('A form', () => {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const elsewhere = /did not come from this page\. Look at the request, then press a button here/;
  test.each<[what: string, fields: () => Form, status: number, says: RegExp]>([
    ['without a nonce', () => form({ nonce: undefined }), 400, /does not come from its page/],
    ['with an empty nonce', () => form({ nonce: '' }), 400, /does not come from its page/],
    ['without a digest', () => form({ digest: undefined }), 400, /lacks what was shown/],
    ['with a made-up nonce', () => form({ nonce: 'nonsense' }), 403, elsewhere],
    ['with a letter of the nonce changed', () => form({ nonce: garbled(nonce) }), 403, elsewhere],
    ['of a page of another link', () => form({ nonce: pageNonce('other', digest, ago(1)) }), 403, elsewhere],
    ['with its time set anew', () => form({ nonce: `${ago(0)}~${nonce.split('~')[1]}` }), 403, elsewhere],
    [
      'of a page shown over an hour ago',
      () => form({ nonce: pageNonce(secret, digest, ago(61)) }),
      409,
      /open for over an hour/,
    ],
    ['with another digest', () => form({ digest: '0'.repeat(64) }), 403, elsewhere],
    [
      'made for another digest',
      () => form({ digest: '0'.repeat(64), nonce: pageNonce(secret, '0'.repeat(64), ago(0)) }),
      409,
      /not what the request is now\. Look at it again/,
    ],
    ['without an answer', () => form({ answer: undefined }), 400, /Press Approve or Deny/],
    ['with another answer', () => form({ answer: 'yes' }), 400, /Press Approve or Deny/],
    ['with a field that is not known', () => form({ reviewer: rob }), 400, /fields that are not known/],
    ['with a second line in its note', () => form({ reason: 'a\nb' }), 400, /Your note: .*one line/],
  ])('%s shows the page again, and records nothing', async (_, fields, status, words) => {
    const answered = await post(link, fields());
    expect(answered).toEqual({ status, says: expect.stringMatching(words) });
    expect(answered.says).toContain('Nothing was recorded');
    // With the request and its buttons, to be answered properly.
    expect(answered.says).toContain('iris@example.com asks for pod-reader');
  });

  test('with two answers, from another site, or that is no form is refused as well', async () => {
    const both = `${new URLSearchParams(form() as Record<string, string>)}&answer=deny`;
    const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' };
    const twice = await post(link, both, urlencoded);
    expect(twice).toEqual({ status: 400, says: expect.stringContaining('gives "answer" twice') });
    const crossSite = await post(link, form(), { 'sec-fetch-site': 'cross-site' });
    expect(crossSite).toEqual({ status: 403, says: expect.stringMatching(elsewhere) });
    const json = await post(link, JSON.stringify(form()), { 'content-type': 'application/json' });
    expect(json).toEqual({ status: 400, says: expect.stringContaining('not sent by the form') });
    const large = await post(link, form({ reason: 'x'.repeat(20_000) }));
    expect(large).toEqual({
      status: 413,
      says: expect.stringContaining('Open the link from the mail again'),
    });
  });

  test('as the page has it still counts after all of these', async () => {
    const { id } = before.request;
    expect((await post(link, form({ answer: 'deny' }))).status).toBe(200);
    before = await iris.api.show(id);
    expect(before.request).toMatchObject({ status: 'denied', reviews: [{ answer: 'deny' }] });
  });
});

function garbled(text: string): string {
  return `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
}
