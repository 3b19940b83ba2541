/** N14: a thousand ways in which mail scanners, previews and crawlers treat a link, made up from a seed: none of them decides anything. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Asked, answered, asked, formOf, urlEncoded } from './review-link.ts';
import { stateOf } from './signed-call.ts';

const rita = 'rita@example.com';
const behaviours = 1000;

/** One call of a scanner. What presses a button of the page as people do is no scanner. */
interface Call {
  method: string;
  /** Put after the link. */
  after: string;
  headers: Record<string, string>;
  body?: string;
}

const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36',
  'Mozilla/5.0 (compatible; SafeLinks/1.0)',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'Mimecast URL Protect',
  'curl/8.9.1',
  '',
];

const headers = fc
  .record(
    {
      'user-agent': fc.constantFrom(...agents),
      accept: fc.constantFrom('*/*', 'text/html', 'application/json', 'image/*'),
      purpose: fc.constantFrom('prefetch', 'preview'),
      'sec-purpose': fc.constantFrom('prefetch', 'prefetch;prerender', 'prefetch;anonymous-client-ip'),
      'x-moz': fc.constant('prefetch'),
      'sec-fetch-site': fc.constantFrom('none', 'cross-site', 'same-origin', 'same-site'),
      'sec-fetch-mode': fc.constantFrom('navigate', 'no-cors', 'cors'),
      'sec-fetch-dest': fc.constantFrom('document', 'iframe', 'image', 'empty'),
      origin: fc.constantFrom('null', 'https://scanner.example', 'https://curfew.example.com'),
      referer: fc.constantFrom('https://mail.example/', 'https://curfew.example.com/'),
      range: fc.constantFrom('bytes=0-0', 'bytes=0-1023'),
      'if-none-match': fc.constant('*'),
      'x-http-method-override': fc.constantFrom('POST', 'DELETE'),
    },
    { requiredKeys: [] },
  )
  .map((some) => some as Record<string, string>);

const query = fc.constantFrom(
  '',
  '?answer=approve',
  '?answer=deny&reason=scanned',
  '?utm_source=mail',
  '?_method=POST&answer=approve',
  '?callback=x',
);

const read: fc.Arbitrary<Call> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'GET', 'OPTIONS', 'PROPFIND'),
  after: query,
  headers,
});

/** Sends a form as it may be guessed, read off the page in part, or replayed: without a nonce of this very page. */
const write: fc.Arbitrary<Call> = fc
  .record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE'),
    after: query,
    headers,
    type: fc.constantFrom(
      'application/x-www-form-urlencoded',
      'application/json',
      'multipart/form-data; boundary=x',
      'text/plain',
      '',
    ),
    fields: fc.record(
      {
        answer: fc.constantFrom('approve', 'deny', ''),
        digest: fc.constantFrom('DIGEST', '0'.repeat(64), ''),
        nonce: fc.constantFrom('', 'x', '0~0', `2026-11-21T08:00:00.000Z~${'0'.repeat(64)}`, 'OTHER'),
        reason: fc.constantFrom('', 'clicked by a scanner'),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ type, fields, ...call }) => ({
    ...call,
    headers: { ...call.headers, ...(type === '' ? {} : { 'content-type': type }) },
    body: type === 'application/json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
  }));

/** Sends the whole form, from another page though with this one's nonce, or with the nonce of another. */
const forged: fc.Arbitrary<Call> = fc
  .record({
    after: query,
    from: fc.constantFrom(
      ['OWN', 'cross-site'],
      ['OWN', 'same-site'],
      ['OTHER', 'same-origin'],
      ['0~0', 'none'],
      [`2026-11-21T08:00:00.000Z~${'0'.repeat(64)}`, undefined],
    ),
    answer: fc.constantFrom('approve', 'deny'),
  })
  .map(({ after, from: [nonce = '', site], answer }) => ({
    method: 'POST',
    after,
    headers: { ...urlEncoded, ...(site === undefined ? {} : { 'sec-fetch-site': site }) },
    body: new URLSearchParams({ answer, nonce, digest: 'DIGEST' }).toString(),
  }));

const call = fc.oneof({ weight: 3, arbitrary: read }, { weight: 2, arbitrary: write }, forged);
const behaviour = fc.array(call, { minLength: 1, maxLength: 3 });

describe(`N14: ${behaviours} scanners`, () => {
  let story: Asked;
  let filled: (text: string) => string;
  beforeAll(async () => {
    story = await asked();
    // What can be had of pages: the digest of this one, and a nonce of another link's.
    const page = async (who: string) => (await story.door.get(story.linkOf(who))).text();
    const { digest = '', nonce: own = '' } = formOf(await page(rita));
    const { nonce = '' } = formOf(await page('rob@example.com'));
    filled = (text) =>
      text
        .replaceAll('DIGEST', digest)
        .replaceAll('OTHER', encodeURIComponent(nonce))
        .replaceAll('OWN', encodeURIComponent(own));
  });

  it('change nothing, and a person still decides', { timeout: 240_000 }, async () => {
    const { door, linkOf } = story;
    const before = stateOf(door.world);
    let calls = 0;
    const answers = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(behaviour, async (made) => {
        for (const { method, after, headers, body } of made) {
          const response = await door.call(method, linkOf(rita) + after, {
            headers,
            ...(body === undefined ? {} : { body: filled(body) }),
          });
          calls += 1;
          answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
          expect(response.status).toBeLessThan(500);
          await response.text();
        }
        expect(stateOf(door.world)).toBe(before);
      }),
      { numRuns: behaviours, seed: 14 },
    );
    expect(calls).toBeGreaterThan(behaviours);
    // Shown, refused by method, by form, and by nonce: each kind of door was tried.
    for (const status of [200, 400, 403, 405]) expect(answers.get(status)).toBeGreaterThan(50);
    expect((await answered(door, linkOf(rita), 'approve')).status).toBe(200);
    expect(story.now().reviews).toMatchObject([{ reviewer: rita, assurance: 'link' }]);
  });
});
