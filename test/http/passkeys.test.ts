import { describe, expect, it } from 'vitest';
import { approvalChallenge, pageHash } from '#domain/passkey-challenge.ts';
import type { EnrolmentView, PasskeyPage, PasskeyView } from '#http/passkey-view.ts';
import { revokeOnesPasskey } from '#operations/passkeys.ts';
import { SoftAuthenticator } from '../builders/authenticator.ts';
import { aCaller } from '../builders/caller.ts';
import { enrolled } from '../builders/passkey.ts';
import { type Asked, answered, asked, formOf, mailing, send } from './review-link.ts';
import { aDoor, type Door, stateOf, submission } from './signed-call.ts';

const rita = 'rita@example.com';
const rob = 'rob@example.com';
const read = async <T>(reply: { json(): Promise<unknown> }) => (await reply.json()) as T;
const pathOf = (link: string) => link.slice('https://curfew.example.com/prod'.length);

/** What the page asks of the browser. */
function askOf(page: string): {
  create?: { challenge: string };
  get?: { challenge: string; allowCredentials: unknown[] };
} {
  const [, ask = ''] = /data-passkey="([^"]*)"/.exec(page) ?? [];
  return JSON.parse(ask.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
}

async function enrolledByPage(door: Door, device: SoftAuthenticator): Promise<PasskeyView> {
  const made = await read<EnrolmentView>(await door.post('/v1/passkeys', { name: 'phone' }, aCaller('rita')));
  const path = pathOf(made.link);
  const ask = askOf(await (await door.get(path)).text());
  const answer = await send(door, path, { signed: device.make(ask.create?.challenge ?? '') });
  expect(answer.status).toBe(200);
  const [, code = ''] = /<code>([0-9a-f]{4}-[0-9a-f]{4})<\/code>/.exec(await answer.text()) ?? [];
  const confirmed = await door.post(`/v1/passkeys/${made.passkey.id}/confirm`, { code }, aCaller('rob'));
  expect(confirmed.status).toBe(200);
  return read<PasskeyView>(confirmed);
}

/** Somebody with a passkey who was asked; `device` is theirs. */
async function askedWithPasskey(assurance?: 'signed' | 'passkey') {
  const world = mailing();
  if (assurance)
    world.inside.organisation.answer = async () => ({
      version: 1,
      allow: true,
      reasons: [],
      require: { assurance },
    });
  const { device, id } = await enrolled(world, 'rita', 'rob');
  return { ...(await asked(submission, aCaller('alice'), world)), device, passkeyId: id };
}

async function signedForm({ door, linkOf }: Asked, device: SoftAuthenticator) {
  const page = await (await door.get(linkOf(rita))).text();
  const { digest = '', nonce = '' } = formOf(page);
  return { digest, nonce, answer: 'approve', signed: device.sign(askOf(page).get?.challenge ?? '') };
}

describe('a passkey', () => {
  it('is asked for signed, made on the page of its link, confirmed by another, listed and revoked', async () => {
    const door = aDoor();
    const passkey = await enrolledByPage(door, new SoftAuthenticator());
    expect(passkey).toMatchObject({ status: 'usable', person: rita, confirmed: { by: rob } });
    const mine = await read<PasskeyPage>(await door.get('/v1/passkeys', aCaller('rita')));
    expect(mine.items).toEqual([passkey]);
    const all = await read<PasskeyPage>(await door.get('/v1/passkeys?scope=everybody', aCaller('rob')));
    expect(all.items).toEqual([passkey]);
    const revoked = await door.post(`/v1/passkeys/${passkey.id}/revoke`, { reason: 'lost' }, aCaller('rita'));
    expect(await read<PasskeyView>(revoked)).toMatchObject({ status: 'revoked', revoked: { by: rita } });
    expect(JSON.stringify([mine, all])).not.toMatch(/"code"|publicKey|"hash"/);
  });

  it('is for nobody who does not sign the call', async () => {
    const door = aDoor();
    expect((await door.post('/v1/passkeys', { name: 'x' })).status).toBe(403);
    expect((await door.get('/v1/passkeys?scope=everybody', aCaller('alice'))).status).toBe(403);
  });
});

describe('the page on which a passkey is made', () => {
  const begun = async () => {
    const door = aDoor();
    const made = await read<EnrolmentView>(
      await door.post('/v1/passkeys', { name: 'phone' }, aCaller('rita')),
    );
    return { door, path: pathOf(made.link) };
  };

  it('N14: changes nothing when it is fetched, however often', async () => {
    const { door, path } = await begun();
    const before = JSON.stringify([...door.world.inside.passkeys.kept]);
    for (let n = 0; n < 1000; n++)
      expect((await door.call(n % 2 === 0 ? 'GET' : 'HEAD', path)).status).toBe(200);
    for (const method of ['OPTIONS', 'PUT', 'DELETE', 'PATCH'])
      expect((await door.call(method, path)).status).toBe(405);
    expect(JSON.stringify([...door.world.inside.passkeys.kept])).toBe(before);
  });

  it('says whom it is for, and allows its own script and no other', async () => {
    const { door, path } = await begun();
    const response = await door.get(path);
    const page = await response.text();
    expect(page).toContain(rita);
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? [];
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script)));
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'/);
    expect(policy.endsWith(`; script-src 'sha256-${hash.toString('base64')}'`)).toBe(true);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img|<link|<a |<iframe|\son\w+=|https?:|url\(/i);
  });

  it.each([
    ['nothing', {}, 400],
    ['what is no passkey', { signed: '{}' }, 403],
    ['a passkey of another page', { signed: new SoftAuthenticator().make('AAAA') }, 403],
    ['more than that', { signed: 'x', more: 'y' }, 400],
  ])(
    'given %s keeps nothing, and shows itself again',
    async (_what, fields: Record<string, string>, status) => {
      const { door, path } = await begun();
      const answer = await send(door, path, fields);
      expect(answer.status).toBe(status);
      expect(await answer.text()).toContain('Nothing was recorded');
    },
  );

  it('N49: takes nothing from a page of another origin', async () => {
    const { door, path } = await begun();
    const { create } = askOf(await (await door.get(path)).text());
    const signed = new SoftAuthenticator().make(create?.challenge ?? '');
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await send(door, path, { signed }, headers)).status).toBe(403);
    expect((await send(door, path, { signed })).status).toBe(200);
    expect((await send(door, path, { signed })).status).toBe(410);
  });

  it.each(['x', `01K9QT3M8G5Z0V1B2C3D4E5F6G.${'x'.repeat(43)}`, '..%2Fv1', '%00'])(
    'of a link that is not ours (%s) says so',
    async (token) => {
      const door = aDoor();
      const response = await door.get(`/passkey/${token}`);
      expect(response.status).toBe(410);
      expect(await response.text()).toContain('curfew passkey enroll');
    },
  );

  it('never names its link in a fault, and is a page even then', async () => {
    const { door, path } = await begun();
    door.world.faults.at('passkeys.read', 1, 'before', new Error('boom'));
    const broken = await door.get(path);
    expect([broken.status, broken.headers.get('content-type')]).toEqual([500, 'text/html; charset=UTF-8']);
    expect(JSON.stringify(door.logged)).not.toContain(path.slice('/passkey/'.length));
  });
});

describe('a reviewer with a passkey', () => {
  it.each([undefined, 'signed', 'passkey'] as const)(
    'approves with it on the page (asked for: %s)',
    async (assurance) => {
      const story = await askedWithPasskey(assurance);
      const { door, now, linkOf, device, passkeyId } = story;
      const fields = await signedForm(story, device);
      const answer = await send(door, linkOf(rita), fields);
      expect(await answer.text()).toContain('You approved this request');
      const [review] = now().reviews;
      expect(now().status).toBe('approved');
      expect(review).toMatchObject({ reviewer: rita, assurance: 'passkey', passkey: { id: passkeyId } });
      const { digest, id } = now();
      const { challenge } = JSON.parse(
        Buffer.from(review?.passkey?.proof.clientDataJSON ?? '', 'base64url').toString(),
      );
      const page = pageHash(fields.nonce ?? '');
      expect(challenge).toBe(approvalChallenge({ requestId: id, digest, reviewer: rita, page }));
      expect(review?.passkey?.proof.page).toBe(page);
    },
  );

  it('N17: approves with nothing else: a forwarded link is useless', async () => {
    const { door, now, linkOf } = await askedWithPasskey();
    const refused = await answered(door, linkOf(rita), 'approve');
    expect(refused.status).toBe(403);
    expect(await refused.text()).toMatch(/takes the passkey of rita@example.com/);
    expect(now().reviews).toEqual([]);
    expect((await answered(door, linkOf(rob), 'approve')).status).toBe(200);
  });

  it('denies without it', async () => {
    const { door, now, linkOf } = await askedWithPasskey('passkey');
    expect((await answered(door, linkOf(rita), 'deny')).status).toBe(200);
    expect(now()).toMatchObject({ status: 'denied', reviews: [{ assurance: 'link' }] });
  });

  it('N11: approves once by what was signed once, on one page, of one request', async () => {
    const story = await askedWithPasskey();
    const { door, linkOf, device } = story;
    const fields = await signedForm(story, device);
    const other = await asked({ ...submission, duration: '31m' }, aCaller('bob'), door.world);
    const page = await (await door.get(other.linkOf(rita))).text();
    const elsewhere = await send(door, other.linkOf(rita), {
      ...formOf(page),
      answer: 'approve',
      signed: fields.signed ?? '',
    });
    expect([elsewhere.status, await elsewhere.text()]).toEqual([
      403,
      expect.stringContaining('of another page or another request'),
    ]);
    door.world.inside.clock.advance(1000);
    const later = formOf(await (await door.get(linkOf(rita))).text());
    const shownLater = await send(door, linkOf(rita), { ...fields, nonce: later.nonce ?? '' });
    expect(shownLater.status).toBe(403);
    expect((await send(door, linkOf(rita), fields)).status).toBe(200);
    expect((await send(door, linkOf(rita), fields)).status).toBe(410);
    expect(other.now().reviews).toEqual([]);
  });

  it('N18: approves nothing that the request has become since', async () => {
    const story = await askedWithPasskey();
    const { door, now, linkOf, device } = story;
    const fields = await signedForm(story, device);
    door.world.inside.records.requests.set(now().id, { ...now(), digest: 'a'.repeat(64) });
    expect((await send(door, linkOf(rita), fields)).status).toBe(410);
    expect(now().status).toBe('pending');
  });

  it("is told in words what a wrong passkey is: somebody else's, revoked, copied, of another site", async () => {
    const story = await askedWithPasskey();
    const { door, now, linkOf, device, passkeyId } = story;
    const robs = await enrolled(door.world, 'rob', 'rita');
    const before = stateOf(door.world);
    const attempt = async (given: SoftAuthenticator, origin?: string) => {
      const page = await (await door.get(linkOf(rita))).text();
      const signed = given.sign(askOf(page).get?.challenge ?? '', origin ? { origin } : {});
      const answer = await send(door, linkOf(rita), { ...formOf(page), answer: 'approve', signed });
      expect(answer.status).toBe(403);
      return (await answer.text()).replace(/\s+/g, ' ');
    };
    expect(await attempt(robs.device)).toContain('not a passkey of rita@example.com');
    expect(await attempt(device, 'https://curfew.example.net')).toContain('another site');
    await door.world.passkeys.read(passkeyId);
    device.counter = -1;
    const kept = door.world.inside.passkeys.kept.get(passkeyId);
    if (kept?.credential) kept.credential.counter = 9;
    expect(await attempt(device)).toContain('may have a copy');
    const other = await enrolled(door.world, 'rita', 'rob');
    await revokeOnesPasskey(door.world, { caller: aCaller('rita'), id: other.id, reason: 'lost' });
    expect(await attempt(other.device)).toContain('was revoked');
    expect(now().status).toBe('pending');
    expect(JSON.parse(stateOf(door.world)).records.requests).toEqual(JSON.parse(before).records.requests);
  });
});

describe('a reviewer without a passkey, where one is wanted', () => {
  it('is offered no yes, by link or signature, and told how to get one', async () => {
    const world = mailing();
    world.inside.organisation.answer = async () => ({
      version: 1,
      allow: true,
      reasons: [],
      require: { assurance: 'passkey' },
    });
    const { door, id, now, linkOf } = await asked(submission, aCaller('alice'), world);
    const page = await (await door.get(linkOf(rita))).text();
    expect(page).not.toContain('value="approve"');
    expect(page).toContain('curfew passkey enroll');
    expect((await answered(door, linkOf(rita), 'approve')).status).toBe(403);
    const signed = await door.post(
      `/v1/requests/${id}/reviews`,
      { answer: 'approve', digest: now().digest },
      aCaller('rita'),
    );
    expect(signed.status).toBe(403);
    expect(now().reviews).toEqual([]);
  });
});
