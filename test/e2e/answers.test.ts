/** Answers of reviewers: no means nothing exists, once means once, and nobody answers for themselves. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { linkHash } from '#domain/review-link.ts';
import { linkIn, press } from '#local/reviewer.ts';
import { accessEntry, bindingsOf, statesEntered } from './insight.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { plantLink } from './secrets.ts';
import { submitWithWindow } from './short-window.ts';
import {
  answerByMail,
  approveByMail,
  ask,
  askArgs,
  mailAbout,
  mailsAbout,
  rita,
  rob,
  until,
  untilStatus,
} from './steps.ts';

const cloud = inject('cloud');
let alice: E2ePerson;

beforeAll(async () => {
  alice = await aPerson('alice');
});

async function expectNothingGranted(id: string, principalArn: string): Promise<void> {
  const states = await until(`the execution of ${id} to end`, async () => {
    const entered = await statesEntered(cloud, id);
    return entered.includes('NotGranted') && entered;
  });
  expect(states).not.toContain('BindRole');
  expect(await bindingsOf(cloud, id)).toEqual([]);
  expect(await accessEntry(cloud, principalArn)).toBeUndefined();
}

describe('a no', () => {
  it('by mail link ends the request, and nothing comes to exist', async () => {
    const { id } = await ask(alice);
    const { status, page } = await answerByMail(cloud, id, 'deny');
    expect(status).toBe(200);
    expect(page).toMatch(/denied/i);
    const { request, events } = await untilStatus(alice, id, 'denied');
    expect(request.reviews).toMatchObject([{ reviewer: rita, answer: 'deny', assurance: 'link' }]);
    expect(events.at(-1)).toMatchObject({ status: 'denied', actor: rita });
    await expectNothingGranted(id, alice.role.arn);
    // Too late for the other reviewer, whose link was good until now.
    expect((await answerByMail(cloud, id, 'approve', rob)).status).toBe(410);
    expect((await alice.api.show(id)).request.status).toBe('denied');
  });

  it('signed with `curfew deny` tells the one who waits why', async () => {
    const reviewer = await aPerson('rob');
    const reason = `Use the dashboard instead, ${Math.random()}`;
    const waiting = alice.terminal.run('curfew', ['request', ...askArgs(alice, { reason })], {
      timeoutMs: 120_000,
    });
    const { id } = await until('the request to be listed for its reviewer', async () =>
      (await reviewer.api.list({ scope: 'open', limit: 100 })).items.find(
        ({ asked }) => asked.reason === reason,
      ),
    );
    const denied = await reviewer.terminal.run('curfew', ['deny', id, '--reason', 'not today']);
    expect(denied).toMatchObject({ code: 0 });
    const { code, stderr } = await waiting;
    expect(code).toBe(5);
    expect(stderr).toContain('not today');
    await expectNothingGranted(id, alice.role.arn);
  });
});

describe('a review link', () => {
  it('is only looked at by scanners, however often', async () => {
    const { id } = await ask(alice);
    const link = linkIn(await mailAbout(cloud, id));
    await mailAbout(cloud, id, rob);
    const before = await until('all mails to be on record', async () => {
      const seen = await alice.api.show(id);
      return seen.request.notified.length === 2 && seen;
    });
    const statuses = new Map<string, number>();
    const visits = Array.from({ length: 1000 }, (_, n) => (n % 2 === 0 ? 'GET' : 'HEAD'));
    const scanner = async () => {
      for (let method = visits.pop(); method; method = visits.pop()) {
        const response = await fetch(link, { method });
        await response.text();
        const key = `${method} ${response.status}`;
        statuses.set(key, (statuses.get(key) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 8 }, scanner));
    // The stage throttles whoever comes in floods, and knows no HEAD; nobody gets anything else but the page.
    expect(statuses.get('GET 200')).toBeGreaterThan(0);
    expect([...statuses.keys()].filter((key) => !/^(GET|HEAD) 429$|^GET 200$|^HEAD 403$/.test(key))).toEqual(
      [],
    );
    expect(await alice.api.show(id)).toEqual(before);
    expect((await answerByMail(cloud, id, 'deny')).status).toBe(200);
  });

  it('works once: what is pressed again changes nothing', async () => {
    const { id } = await ask(alice, { duration: '15s' });
    const link = linkIn(await mailAbout(cloud, id));
    const shown = await (await fetch(link)).text();
    // The same button twice, as from two tabs: one of them is too late.
    const both = await Promise.all([press(link, shown, 'approve'), press(link, shown, 'approve')]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(both.find(({ status }) => status !== 200)?.status).toBeOneOf([409, 410]);
    expect((await press(link, shown, 'deny')).status).toBe(410);
    expect((await fetch(link)).status).toBe(410);
    expect((await answerByMail(cloud, id, 'deny', rob)).status).toBe(410);
    const { request, events } = await untilStatus(alice, id, 'revoked');
    expect(request.reviews).toHaveLength(1);
    expect(events.filter(({ status, type }) => type === 'approved' && status === 'approved')).toHaveLength(1);
  });

  it('of one request does not answer another', async () => {
    const [one, other] = await Promise.all([ask(alice), ask(alice)]);
    const [mine, others] = await Promise.all([mailAbout(cloud, one.id), mailAbout(cloud, other.id)]);
    const shownOther = await (await fetch(linkIn(others))).text();
    expect((await press(linkIn(mine), shownOther, 'approve')).status).toBe(403);
    for (const { id } of [one, other]) {
      expect((await alice.api.show(id)).request.status).toBe('pending');
      expect((await alice.api.withdraw(id)).status).toBe('withdrawn');
    }
    await expectNothingGranted(one.id, alice.role.arn);
  });
});

describe('reviewers who ask for themselves', () => {
  it('are not mailed, and can not approve by API or by CLI, however their name is written', async () => {
    const asking = await aPerson('rita', { session: 'Rita@Example.com' });
    const { id, reviewers, digest } = await ask(asking);
    expect(reviewers).toEqual([rob]);
    await mailAbout(cloud, id, rob);
    expect((await mailsAbout(cloud, id)).flatMap(({ to }) => to)).toEqual([rob]);

    const sameInAnotherRole = await aPerson('rita');
    for (const person of [asking, sameInAnotherRole]) {
      await expect(person.api.review(id, { answer: 'approve', digest })).rejects.toMatchObject({
        name: 'NotAllowed',
        status: 403,
      });
    }
    const approving = await asking.terminal.run('curfew', ['approve', id, '--yes']);
    expect(approving.code).toBe(4);
    expect(approving.stderr).toMatch(/own request/);

    // Even a link that was somehow made out to her: the rule is asked when it is used.
    const secret = 'a-link-that-was-never-mailed-0123456789abcde';
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await plantLink(cloud, { hash: linkHash(secret), requestId: id, reviewer: rita, digest, expiresAt });
    const link = `${cloud.apiUrl}/review/${secret}`;
    const shown = await fetch(link);
    expect(shown.status).toBe(200);
    expect((await press(link, await shown.text(), 'approve')).status).toBe(403);

    expect((await asking.api.show(id)).request).toMatchObject({ status: 'pending', reviews: [] });
    // Somebody else's yes is a yes.
    await approveByMail(cloud, id, rob);
    await untilStatus(asking, id, ['active', 'granting', 'approved']);
    await asking.api.withdraw(id).catch(() => asking.api.revoke(id, 'test is over'));
  });

  it('can not have a stranger approve', async () => {
    const { id, digest } = await ask(alice);
    const bob = await aPerson('bob', { role: alice.role });
    await expect(bob.api.review(id, { answer: 'approve', digest })).rejects.toMatchObject({ status: 403 });
    await expect(alice.api.review(id, { answer: 'approve', digest })).rejects.toMatchObject({ status: 403 });
    const reviewer = await aPerson('rob');
    const other = '0'.repeat(64);
    await expect(reviewer.api.review(id, { answer: 'approve', digest: other })).rejects.toMatchObject({
      name: 'WrongStatus',
    });
    expect((await alice.api.withdraw(id, 'changed my mind')).status).toBe('withdrawn');
    await expect(reviewer.api.review(id, { answer: 'approve', digest })).rejects.toMatchObject({
      status: 409,
    });
    await expectNothingGranted(id, alice.role.arn);
  });
});

describe('no answer', () => {
  it('in time ends the request, and a yes after it is too late', async () => {
    const { id } = await submitWithWindow(alice, 8);
    const link = linkIn(await mailAbout(cloud, id));
    const shown = await (await fetch(link)).text();
    const { request, events } = await untilStatus(alice, id, 'timed-out');
    expect(events.at(-1)).toMatchObject({ status: 'timed-out' });
    expect(Date.parse(events.at(-1)?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(request.reviewBy));
    await expectNothingGranted(id, alice.role.arn);
    expect((await press(link, shown, 'approve')).status).toBe(410);
    const reviewer = await aPerson('rob');
    const signed = reviewer.terminal.run('curfew', ['approve', id, '--yes']);
    expect((await signed).code).toBe(7);
    expect((await alice.api.show(id)).request.status).toBe('timed-out');
  });
});
