import { describe, expect, it } from 'vitest';
import { linkHash } from '#domain/review-link.ts';
import { withdrawRequest } from '#operations/withdraw-request.ts';
import { aCaller } from '../builders/caller.ts';
import { answered, asked, formOf, mailing, send, urlEncoded } from './review-link.ts';
import { aDoor, stateOf, submission } from './signed-call.ts';

const rita = 'rita@example.com';
const rob = 'rob@example.com';

describe('the page behind a link', () => {
  it('shows what a reviewer needs to decide, in the words of the mail', async () => {
    const { door, id, linkOf } = await asked();
    const response = await door.get(linkOf(rita));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(response.headers.get('x-robots-tag')).toContain('noindex');
    const page = await response.text();
    for (const told of [
      'alice@example.com asks for pod-reader on payments-prod for 30 minutes',
      'Read pods, pod logs and services (get, list, watch)',
      'One person: alice@example.com',
      'Cluster payments-prod, namespace payments',
      submission.reason,
      submission.ticket,
      id,
      'review link of rita@example.com',
      'only as safe as your',
      '(in 4 hours)',
    ]) {
      expect(page.replace(/\s+/g, ' ')).toContain(told);
    }
  });

  it('offers no yes where a mailed link is not sure enough, and says where to give it', async () => {
    const world = mailing();
    const require = { assurance: 'signed' };
    world.inside.organisation.answer = async () => ({ version: 1, allow: true, reasons: [], require });
    const { door, id, linkOf } = await asked(submission, aCaller('alice'), world);
    const page = await (await door.get(linkOf(rita))).text();
    expect(page).not.toContain('value="approve"');
    expect(page).toContain('value="deny"');
    expect(page).toContain(`curfew approve ${id}`);
  });

  it('holds no script, nothing from elsewhere, and no link to anywhere', async () => {
    const { door, linkOf } = await asked();
    const page = await (await door.get(linkOf(rita))).text();
    expect(page).not.toMatch(/<script|<img|<link|<a |<iframe|\son\w+=|https?:|url\(/i);
    expect(page).not.toContain('action=');
  });

  it('allows by its policy exactly its own style, and the form to come back', async () => {
    const { door, linkOf } = await asked();
    const response = await door.get(linkOf(rita));
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(await response.text()) ?? [];
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))).toString(
      'base64',
    );
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
  });

  it('shows markup in what people wrote as text', async () => {
    const reason = `<img src=x onerror=alert(1)> "quoted" & 'so' </dd><form action=//evil>`;
    const { door, linkOf } = await asked({ ...submission, reason, ticket: '"><b>X</b>' });
    const page = await (await door.get(linkOf(rita))).text();
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<b>X');
    expect(page.match(/<form/g)).toHaveLength(1);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  it('warns when not a person but a whole role gets access', async () => {
    const { door, linkOf } = await asked(submission, aCaller('ci'));
    const page = await (await door.get(linkOf(rita))).text();
    expect(page).toContain('everyone who can use the IAM role ci-deployer');
  });
});

describe('the page of a role that can lead to more', () => {
  it('says in short what it lets one do, and to what it can lead, with the reason to accept it', async () => {
    const { door, linkOf } = await asked({ ...submission, role: 'deployer' });
    const page = (await (await door.get(linkOf(rita))).text()).replace(/\s+/g, ' ');
    expect(page).toContain('Think of this first');
    expect(page).toContain('This role can change what deployments, stateful sets or replica sets run.');
    expect(page).toContain('Accepted in the catalog: Rolling out is changing what runs.');
    expect(page).toContain(
      'Can read and change deployments, in payments. By itself it can&#39;t read secrets',
    );
  });
});

describe('N14: what mail scanners do', () => {
  it('changes nothing, however often they fetch', async () => {
    const { door, linkOf } = await asked();
    const link = linkOf(rita);
    const before = stateOf(door.world);
    const prefetch = { 'sec-purpose': 'prefetch', purpose: 'prefetch' };
    for (let n = 0; n < 1000; n++) {
      const method = n % 2 === 0 ? 'GET' : 'HEAD';
      const response = await door.call(method, link, n % 3 === 0 ? { headers: prefetch } : {});
      expect(response.status).toBe(200);
      if (method === 'HEAD') expect(await response.text()).toBe('');
    }
    for (const method of ['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const response = await door.call(method, link);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD, POST');
    }
    expect(stateOf(door.world)).toBe(before);
    expect((await answered(door, link, 'approve')).status).toBe(200);
  });

  it('changes nothing with answers in the address', async () => {
    const { door, linkOf } = await asked();
    const before = stateOf(door.world);
    const page = await (await door.get(linkOf(rita))).text();
    const query = new URLSearchParams({ ...formOf(page), answer: 'approve' });
    await door.get(`${linkOf(rita)}?${query}`);
    expect(stateOf(door.world)).toBe(before);
  });
});

describe('answering from the page', () => {
  it('approves, says so, and wakes the execution', async () => {
    const { door, id, now, linkOf } = await asked();
    const response = await answered(door, linkOf(rita), 'approve', { reason: 'Known incident' });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('You approved this request');
    expect(now()).toMatchObject({
      status: 'approved',
      reviews: [{ reviewer: rita, answer: 'approve', reason: 'Known incident', assurance: 'link' }],
    });
    expect(door.world.inside.executions.deliveries).toMatchObject([
      { taskToken: `token-${id}`, outcome: 'succeed' },
    ]);
  });

  it('denies, says so, and tells the execution', async () => {
    const { door, now, linkOf } = await asked();
    const response = await answered(door, linkOf(rita), 'deny', { reason: '' });
    expect(await response.text()).toContain('You denied this request');
    expect(now().status).toBe('denied');
    expect(now().reviews[0]).not.toHaveProperty('reason');
    expect(door.world.inside.executions.deliveries).toMatchObject([{ outcome: 'fail', error: 'Denied' }]);
  });

  it('says how many more must approve', async () => {
    const { door, now, linkOf } = await asked({ ...submission, role: 'deployer' });
    expect(await (await door.get(linkOf(rita))).text()).toContain('1 more must approve');
    const first = await (await answered(door, linkOf(rita), 'approve')).text();
    expect(first).toContain('1 of 2 approvals');
    expect(now().status).toBe('pending');
    await answered(door, linkOf(rob), 'approve');
    expect(now().status).toBe('approved');
  });
});

describe('a link', () => {
  it('works for one answer, also when sent many times at once', async () => {
    const { door, now, linkOf } = await asked({ ...submission, role: 'deployer' });
    const page = await (await door.get(linkOf(rita))).text();
    const fields = { ...formOf(page), answer: 'approve' };
    // Notes that differ, since the same answer in the same millisecond is one answer.
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) => send(door, linkOf(rita), { ...fields, reason: `Note ${n}` })),
    );
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(now().reviews).toHaveLength(1);
    expect(now().status).toBe('pending');
    const again = await send(door, linkOf(rita), { ...fields, answer: 'deny' });
    expect(again.status).toBe(410);
    expect(await again.text()).toContain('has your answer already');
    expect(now().reviews).toHaveLength(1);
  });

  it('that was used says what its reviewer answered', async () => {
    const { door, linkOf } = await asked();
    await answered(door, linkOf(rita), 'approve');
    const page = await door.get(linkOf(rita));
    expect(page.status).toBe(410);
    expect(await page.text()).toMatch(/You approved it: Sat 21 Nov 2026/);
  });

  it('is spent when its reviewer has answered by signature instead', async () => {
    const { door, id, now, linkOf } = await asked({ ...submission, role: 'deployer' });
    await door.post(
      `/v1/requests/${id}/reviews`,
      { answer: 'approve', digest: now().digest },
      aCaller('rita'),
    );
    expect((await door.get(linkOf(rita))).status).toBe(410);
  });

  it('of somebody who need not answer any more says who decided', async () => {
    const { door, linkOf } = await asked();
    await answered(door, linkOf(rita), 'deny');
    const page = await door.get(linkOf(rob));
    expect(page.status).toBe(410);
    expect(await page.text()).toMatch(/decided already[\s\S]*By rita@example.com[\s\S]*It was denied/);
  });

  it('of a withdrawn request says so', async () => {
    const { door, id, linkOf } = await asked();
    await withdrawRequest(door.world, { caller: aCaller('alice'), id });
    expect(await (await door.get(linkOf(rita))).text()).toContain('took it back');
  });

  it('is over when the time to answer is, to the millisecond', async () => {
    const { door, now, linkOf } = await asked();
    const fields = { ...formOf(await (await door.get(linkOf(rita))).text()), answer: 'approve' };
    door.world.inside.clock.advanceTo(new Date(Date.parse(now().reviewBy) - 1).toISOString());
    expect((await door.get(linkOf(rita))).status).toBe(200);
    door.world.inside.clock.advance(1);
    expect((await door.get(linkOf(rita))).status).toBe(410);
    const late = await send(door, linkOf(rita), fields);
    expect(late.status).toBe(410);
    expect(await late.text()).toContain('The time to answer is over');
    expect(now().status).toBe('pending');
  });

  it('of a request that changed since decides nothing', async () => {
    const { door, now, linkOf } = await asked();
    const fields = { ...formOf(await (await door.get(linkOf(rita))).text()), answer: 'approve' };
    door.world.inside.records.requests.set(now().id, { ...now(), digest: 'a'.repeat(64) });
    for (const response of [await door.get(linkOf(rita)), await send(door, linkOf(rita), fields)]) {
      expect(response.status).toBe(410);
      expect(await response.text()).toContain('not what your mail says');
    }
    expect(now().status).toBe('pending');
  });

  it.each(['x', 'x'.repeat(43), 'x'.repeat(5000), '%00', '..%2F..%2Fv1', '<script>', '%E2%80%AE'])(
    'that is not ours (%s) is not known, whatever it looks like',
    async (token) => {
      const door = aDoor();
      for (const response of [
        await door.get(`/review/${token}`),
        await send(door, `/review/${token}`, { answer: 'approve' }),
      ]) {
        expect(response.status).toBe(410);
        const page = await response.text();
        expect(page).toContain('This link is not known');
        expect(page).not.toContain(token.length > 20 ? token : '<script');
      }
    },
  );

  it('of a shape that ours never have is not even looked up', async () => {
    const door = aDoor();
    for (const token of ['x', 'x'.repeat(5000), '%00', '..%2F..%2Fv1']) await door.get(`/review/${token}`);
    expect(door.world.faults.calls).toEqual([]);
    await door.get(`/review/${'x'.repeat(43)}`);
    expect(door.world.faults.calls).toContain('records.readLink');
  });

  it('is kept as a hash only', async () => {
    const { door, linkOf } = await asked();
    const secret = linkOf(rita).slice('/review/'.length);
    expect(
      stateOf({ ...door.world, inside: { ...door.world.inside, mailer: { sent: [] } as never } }),
    ).not.toContain(secret);
    expect(door.world.inside.records.links.has(linkHash(secret))).toBe(true);
  });

  it('of a requester who is a reviewer is never mailed to them, and nobody else’s lets them in by name', async () => {
    const { door, now, linkOf } = await asked(submission, aCaller('rita'));
    expect(() => linkOf(rita)).toThrow('No link was mailed');
    expect(now().reviewers).toEqual([rob]);
    await answered(door, linkOf(rob), 'approve', {});
    expect(now().reviews).toMatchObject([{ reviewer: rob }]);
  });

  it('of somebody who is no reviewer any more decides nothing', async () => {
    const { door, now, linkOf } = await asked();
    door.world.catalog.reviewers['payments-leads'] = { members: [rob] };
    const response = await answered(door, linkOf(rita), 'approve');
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('ask your platform team');
    expect(now().status).toBe('pending');
  });
});

describe('a form that is not as the page sent it', () => {
  const spoils: [string, (fields: Record<string, string>) => Record<string, string>, number][] = [
    ['without a nonce', ({ nonce: _, ...rest }) => rest, 400],
    ['without a digest', ({ digest: _, ...rest }) => rest, 400],
    ['without an answer', ({ answer: _, ...rest }) => rest, 400],
    ['with another answer', (fields) => ({ ...fields, answer: 'maybe' }), 400],
    ['with a reviewer', (fields) => ({ ...fields, reviewer: rob }), 400],
    ['with __proto__', (fields) => Object.fromEntries([...Object.entries(fields), ['__proto__', 'x']]), 400],
    [
      'with a made-up nonce',
      (fields) => ({ ...fields, nonce: `2026-11-21T08:00:00.000Z~${'0'.repeat(64)}` }),
      403,
    ],
    [
      'with a nonce of another time',
      (fields) => ({ ...fields, nonce: (fields.nonce ?? '').replace('08:00', '08:01') }),
      403,
    ],
    ['with another digest', (fields) => ({ ...fields, digest: 'b'.repeat(64) }), 403],
    ['with a line break in the note', (fields) => ({ ...fields, reason: 'fine\r\nBcc: x@example.com' }), 400],
    ['with too long a note', (fields) => ({ ...fields, reason: 'x'.repeat(501) }), 400],
  ];

  it.each(spoils)('%s records nothing and shows the page again', async (_how, spoil, status) => {
    const { door, linkOf } = await asked();
    const page = await (await door.get(linkOf(rita))).text();
    const before = stateOf(door.world);
    const response = await send(door, linkOf(rita), spoil({ ...formOf(page), answer: 'approve' }));
    expect(response.status).toBe(status);
    const text = await response.text();
    expect(text).toContain('Nothing was recorded');
    expect(text).not.toContain('Invalid input');
    expect(formOf(text)).toHaveProperty('nonce');
    expect(stateOf(door.world)).toBe(before);
    expect((await answered(door, linkOf(rita), 'approve')).status).toBe(200);
  });

  it('with a field given twice records nothing', async () => {
    const { door, linkOf } = await asked();
    const fields = new URLSearchParams(formOf(await (await door.get(linkOf(rita))).text()));
    const before = stateOf(door.world);
    const body = `${fields}&answer=deny&answer=approve`;
    expect((await door.call('POST', linkOf(rita), { headers: urlEncoded, body })).status).toBe(400);
    expect(stateOf(door.world)).toBe(before);
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'sent as %s records nothing',
    async (type) => {
      const { door, linkOf } = await asked();
      const fields = { ...formOf(await (await door.get(linkOf(rita))).text()), answer: 'approve' };
      const before = stateOf(door.world);
      const response = await send(door, linkOf(rita), fields, { 'content-type': type });
      expect(response.status).toBe(400);
      expect(stateOf(door.world)).toBe(before);
    },
  );

  it.each(['cross-site', 'same-site'])(
    'sent by a page of another origin (%s) records nothing',
    async (site) => {
      const { door, linkOf } = await asked();
      const fields = { ...formOf(await (await door.get(linkOf(rita))).text()), answer: 'approve' };
      const before = stateOf(door.world);
      expect((await send(door, linkOf(rita), fields, { 'sec-fetch-site': site })).status).toBe(403);
      expect(stateOf(door.world)).toBe(before);
    },
  );

  it('from a page of another link records nothing', async () => {
    const { door, linkOf } = await asked();
    const fields = { ...formOf(await (await door.get(linkOf(rob))).text()), answer: 'approve' };
    const before = stateOf(door.world);
    expect((await send(door, linkOf(rita), fields)).status).toBe(403);
    expect(stateOf(door.world)).toBe(before);
  });

  it('from a page shown over an hour ago is shown anew, with what was typed', async () => {
    const { door, now, linkOf } = await asked();
    const fields = {
      ...formOf(await (await door.get(linkOf(rita))).text()),
      answer: 'approve',
      reason: 'Fine "so"',
    };
    door.world.inside.clock.advance(60 * 60_000 + 1);
    const response = await send(door, linkOf(rita), fields);
    expect(response.status).toBe(409);
    const page = await response.text();
    expect(page).toContain('value="Fine &quot;so&quot;"');
    expect(now().status).toBe('pending');
    expect((await send(door, linkOf(rita), { ...formOf(page), answer: 'approve' })).status).toBe(200);
  });

  it('and too large is a page, too', async () => {
    const { door, linkOf } = await asked();
    const response = await send(door, linkOf(rita), { reason: 'x'.repeat(20_000) });
    expect(response.status).toBe(413);
    expect(response.headers.get('content-type')).toContain('text/html');
  });
});

describe('faults below the page', () => {
  it('are pages that say what to do, and never name the link', async () => {
    const { door, linkOf } = await asked();
    const secret = linkOf(rita).slice('/review/'.length);
    door.world.faults.at('records.readLink');
    const away = await door.get(linkOf(rita));
    expect(away.status).toBe(503);
    expect(await away.text()).toContain('Try again');
    door.world.faults.at('records.readLink', 1, 'before', new Error('boom'));
    const broken = await door.get(linkOf(rita));
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toContain('boom');
    expect(JSON.stringify(door.logged)).not.toContain(secret);
    expect(door.logged).toMatchObject([
      ['Unexpected error while answering', { route: 'GET /review/:token' }],
    ]);
  });

  it('after the answer was kept are not told as "nothing was recorded"', async () => {
    const { door, now, linkOf } = await asked();
    const fields = { ...formOf(await (await door.get(linkOf(rita))).text()), answer: 'approve' };
    door.world.faults.at('records.commit', 1, 'after');
    const response = await send(door, linkOf(rita), fields);
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('Nothing was recorded');
    expect(now().status).toBe('approved');
    expect(await (await door.get(linkOf(rita))).text()).toContain('has your answer already');
  });
});
