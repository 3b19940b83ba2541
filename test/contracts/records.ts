/** What every store of records must do. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { chainFault } from '#domain/audit-event.ts';
import { InvalidInput, RecordChanged } from '#domain/errors.ts';
import { type Advanced, advance, amend } from '#domain/lifecycle.ts';
import { type LiveGrant, liveGrantOf } from '#domain/live-grant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { linkHash, type ReviewLink } from '#domain/review-link.ts';
import { answerAfterReview } from '#domain/transitions/after-review.ts';
import type { Change, Records } from '#ports';
import { aCaller } from '../builders/caller.ts';
import { aCatalog } from '../builders/catalog.ts';
import { aRecord } from '../builders/request.ts';
import { stored } from '../builders/world.ts';

const at = '2026-11-21T09:00:00.000Z';

function changeOf(before: AccessRequest, { request, event }: Advanced, more: Partial<Change> = {}): Change {
  return { request, expectedVersion: before.version, events: [event], ...more };
}

const approval = (request: AccessRequest, by = 'rita@example.com', reason = 'Looks right') =>
  advance(request, 'approved', { at, actor: by, reason });

function aLink(request: AccessRequest, secret: string): ReviewLink {
  return {
    hash: linkHash(secret),
    requestId: request.id,
    reviewer: 'rita@example.com',
    digest: request.digest,
    expiresAt: request.reviewBy,
  };
}

/** `fresh` gives an empty store each time. */
export function recordsContract(fresh: () => Promise<Records>): void {
  it('reads back exactly what was written, and nothing where nothing was', async () => {
    const records = await fresh();
    for (const status of ['pending', 'active', 'revoking', 'revoked'] as const) {
      const { request, events } = aRecord({ status });
      await records.commit({ request, expectedVersion: 0, events });
      expect(await records.read(request.id)).toEqual(request);
      expect(await records.events(request.id)).toEqual(events);
      expect(chainFault(await records.events(request.id))).toBeUndefined();
    }
    expect(await records.read('01KAJ0000000000000NOTTHERE')).toBeUndefined();
    expect(await records.events('01KAJ0000000000000NOTTHERE')).toEqual([]);
  });

  it('gives out copies: changing what was read changes nothing that is kept', async () => {
    const records = await fresh();
    const request = await stored(records);
    const mine = await records.read(request.id);
    mine?.reviewers.push('mallory@example.com');
    expect(await records.read(request.id)).toEqual(request);
  });

  it('finds what carries a ticket, under any spelling, from its first write until it is over', async () => {
    const records = await fresh();
    const put = async (status: AccessRequest['status'], ticket?: string) => {
      const { request, events } = aRecord({ status, asked: ticket === undefined ? {} : { ticket } });
      await records.commit({ request, expectedVersion: 0, events });
      return request;
    };
    const [one, two] = [await put('pending', 'PAY-17'), await put('active', ' pay-17')];
    await put('revoked', 'PAY-17');
    await put('pending', 'PAY-170');
    await put('pending');
    expect((await records.withTicket('PAY-17')).sort()).toEqual([one.id, two.id].sort());
    const approved = approval(one);
    await records.commit(changeOf(one, approved));
    expect((await records.withTicket('PAY-17')).sort()).toEqual([one.id, two.id].sort());
    const denied = advance(approved.request, 'denied', { at, actor: 'ticket:jira', reason: 'closed' });
    await records.commit(changeOf(approved.request, denied));
    expect(await records.withTicket('PAY-17')).toEqual([two.id]);
    expect(await records.withTicket('PAY-99')).toEqual([]);
  });

  it('refuses a change of a version that is no longer there, and leaves no event of it', async () => {
    const records = await fresh();
    const request = await stored(records);
    const approved = approval(request);
    await records.commit(changeOf(request, approved));
    const late = advance(request, 'denied', { at, actor: 'rob@example.com', reason: 'No' });
    await expect(records.commit(changeOf(request, late))).rejects.toBeInstanceOf(RecordChanged);
    expect(await records.read(request.id)).toEqual(approved.request);
    expect(await records.events(request.id)).toHaveLength(2);
  });

  it('refuses a change that follows the last event but not the version it claims to have read', async () => {
    const records = await fresh();
    const before = await stored(records, { status: 'approved' });
    const { request, event } = advance(before, 'withdrawn', { at, actor: 'alice@example.com', reason: 'No' });
    for (const expectedVersion of [0, before.version - 1, before.version + 1]) {
      const versioned = { ...request, version: expectedVersion + 1 };
      const change = { request: versioned, expectedVersion, events: [event] };
      await expect(records.commit(change)).rejects.toBeInstanceOf(RecordChanged);
    }
    expect(await records.read(before.id)).toEqual(before);
  });

  it('refuses to write events over others, though the version is the one that stands there', async () => {
    const records = await fresh();
    const { request: before, events: written } = aRecord({ status: 'approved' });
    await records.commit({ request: before, expectedVersion: 0, events: written });
    const step = { at, actor: 'alice@example.com', reason: 'No' };
    const [first] = written;
    const rewound = { ...before, audit: { seq: first?.seq ?? 0, hash: first?.hash ?? '' } };
    const { request, event } = advance(rewound, 'withdrawn', step);
    const change = { request, expectedVersion: before.version, events: [event] };
    await expect(records.commit(change)).rejects.toBeInstanceOf(RecordChanged);
    expect(await records.read(before.id)).toEqual(before);
    expect(await records.events(before.id)).toEqual(written);
  });

  it('refuses a second request under an id that is taken', async () => {
    const records = await fresh();
    const request = await stored(records);
    const other = aRecord({ id: request.id, asked: { reason: 'Something else' } });
    await expect(
      records.commit({ request: other.request, expectedVersion: 0, events: other.events }),
    ).rejects.toBeInstanceOf(RecordChanged);
    expect(await records.read(request.id)).toEqual(request);
  });

  it('lets one of 40 parallel changes win and tells all others that the record changed', async () => {
    const records = await fresh();
    const request = await stored(records);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) =>
        records.commit(changeOf(request, approval(request, `reviewer-${i}@example.com`))),
      ),
    );
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(lost).toHaveLength(39);
    expect(lost.every((reason) => reason instanceof RecordChanged)).toBe(true);
    const events = await records.events(request.id);
    expect(events).toHaveLength(2);
    expect((await records.read(request.id))?.audit.hash).toBe(events[1]?.hash);
  });

  it('answers a repeat of a change that worked as if it worked now, even after later changes', async () => {
    const records = await fresh();
    const { request, events } = aRecord();
    const first = { request, expectedVersion: 0, events, idempotency: { key: 'k', bodyHash: 'b' } };
    await records.commit(first);
    await records.commit(first);
    const second = changeOf(request, approval(request));
    await records.commit(second);
    await records.commit(first);
    await records.commit(second);
    expect(await records.events(request.id)).toHaveLength(2);
    expect((await records.read(request.id))?.status).toBe('approved');
  });

  it('does not take a different change with the same event for a repeat', async () => {
    const records = await fresh();
    const request = await stored(records);
    const asked = amend(request, {
      at,
      actor: 'curfew:AskReviewers',
      reason: 'Asked',
      type: 'reviewers-asked',
    });
    await records.commit(changeOf(request, asked, { newLinks: [aLink(request, 'one')] }));
    await expect(
      records.commit(changeOf(request, asked, { newLinks: [aLink(request, 'two')] })),
    ).rejects.toBeInstanceOf(RecordChanged);
    expect(await records.readLink(linkHash('two'))).toBeUndefined();
  });

  it('uses a review link once, together with the change it allowed', async () => {
    const records = await fresh();
    const request = await stored(records);
    const link = aLink(request, 'secret');
    const asked = amend(request, {
      at,
      actor: 'curfew:AskReviewers',
      reason: 'Asked',
      type: 'reviewers-asked',
    });
    await records.commit(changeOf(request, asked, { newLinks: [link] }));
    expect(await records.readLink(link.hash)).toEqual(link);

    const reviewed = amend(asked.request, { at, actor: 'rita@example.com', reason: 'Yes', type: 'reviewed' });
    const usedLink = { hash: link.hash, at };
    await records.commit(changeOf(asked.request, reviewed, { usedLink }));
    expect(await records.readLink(link.hash)).toEqual({ ...link, usedAt: at });

    const again = approval(reviewed.request);
    await expect(records.commit(changeOf(reviewed.request, again, { usedLink }))).rejects.toBeInstanceOf(
      RecordChanged,
    );
    expect(await records.read(request.id)).toEqual(reviewed.request);
  });

  it('refuses a change that uses a link nobody was given', async () => {
    const records = await fresh();
    const request = await stored(records);
    const usedLink = { hash: linkHash('never mailed'), at };
    await expect(records.commit(changeOf(request, approval(request), { usedLink }))).rejects.toBeInstanceOf(
      RecordChanged,
    );
    expect(await records.read(request.id)).toEqual(request);
    expect(await records.readLink(usedLink.hash)).toBeUndefined();
  });

  it('keeps an idempotency key with its first request and refuses it for another', async () => {
    const records = await fresh();
    const first = aRecord();
    const idempotency = { key: 'alice@example.com key with spaces/ü', bodyHash: 'hash-1' };
    await records.commit({ request: first.request, expectedVersion: 0, events: first.events, idempotency });
    expect(await records.readIdempotency(idempotency.key)).toEqual({
      requestId: first.request.id,
      bodyHash: 'hash-1',
    });
    const second = aRecord();
    await expect(
      records.commit({ request: second.request, expectedVersion: 0, events: second.events, idempotency }),
    ).rejects.toBeInstanceOf(RecordChanged);
    expect(await records.read(second.request.id)).toBeUndefined();
    expect(await records.readIdempotency('another key')).toBeUndefined();
  });

  it('refuses a change without an audit event, or with events of another chain', async () => {
    const records = await fresh();
    const request = await stored(records);
    const { request: next, event } = approval(request);
    const commit = (events: Change['events']) =>
      records.commit({ request: next, expectedVersion: request.version, events });
    await expect(commit([])).rejects.toThrow('not whole');
    await expect(commit([{ ...event, requestId: 'another' }])).rejects.toThrow('not whole');
    await expect(commit([{ ...event, hash: 'f'.repeat(64) }])).rejects.toThrow('not whole');
    expect(await records.read(request.id)).toEqual(request);
  });

  it("lists a requester's requests, newest first, page by page, and no one else's", async () => {
    const records = await fresh();
    const mine: string[] = [];
    for (let minute = 10; minute < 15; minute++) {
      mine.unshift((await stored(records, { createdAt: `2026-11-21T08:${minute}:00.000Z` })).id);
      await stored(records, { caller: aCaller('bob'), createdAt: `2026-11-21T08:${minute}:00.000Z` });
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const asked = cursor === undefined ? { limit: 2 } : { limit: 2, cursor };
      const page = await records.listByRequester('alice@example.com', asked);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
      pages += 1;
    } while (cursor);
    expect(seen).toEqual(mine);
    expect(pages).toBe(3);
    expect((await records.listByRequester('nobody@example.com', { limit: 10 })).items).toEqual([]);
  });

  it('lists everything that is not final, soonest due first, page by page', async () => {
    const records = await fresh();
    const open: AccessRequest[] = [];
    for (let i = 0; i < 23; i++) {
      const createdAt = `2026-11-21T08:${String((i * 37) % 60).padStart(2, '0')}:00.000Z`;
      open.push(await stored(records, { createdAt, status: i % 2 ? 'active' : 'pending' }));
      if (i % 5 === 0) await stored(records, { createdAt, status: 'revoked' });
    }
    const wanted = open.map(({ dueAt, id }) => `${dueAt}#${id}`).sort();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await records.listOpen(cursor === undefined ? { limit: 4 } : { limit: 4, cursor });
      expect(page.items.length).toBeLessThanOrEqual(4);
      seen.push(...page.items.map(({ dueAt, id }) => `${dueAt}#${id}`));
      cursor = page.cursor;
    } while (cursor);
    expect(seen).toEqual(wanted);
  });

  it('lists what may stand on one cluster, page by page, until it is over', async () => {
    const records = await fresh();
    const eksName = `cluster-${randomUUID()}`;
    const on = (name: string) => ({
      eksCluster: { eksName: name, region: 'us-east-1' },
      clusterRole: 'curfew:pod-reader:1',
      rules: [],
      rulesDigest: 'x',
    });
    const live: AccessRequest[] = [];
    for (let n = 0; n < 25; n++) {
      const status = (['granting', 'active', 'revoking'] as const)[n % 3] ?? 'active';
      live.push(await stored(records, { status, changes: { resolved: on(eksName) } }));
    }
    for (const status of ['pending', 'approved', 'revoked', 'failed', 'denied'] as const)
      await stored(records, { status, changes: { resolved: on(eksName) } });
    await stored(records, { status: 'active', changes: { resolved: on('another') } });
    await stored(records, {
      status: 'active',
      changes: { resolved: { ...on(eksName), eksCluster: { eksName, region: 'eu-west-1' } } },
    });
    const [over] = live;
    if (over?.status !== 'granting') throw new Error('The first of them is granting.');
    const ended = advance(over, 'revoking', { at: over.updatedAt, actor: 'test', reason: 'x' });
    await records.commit({ request: ended.request, expectedVersion: over.version, events: [ended.event] });
    const last = advance(ended.request, 'failed', { at: over.updatedAt, actor: 'test', reason: 'x' });
    await records.commit({
      request: last.request,
      expectedVersion: ended.request.version,
      events: [last.event],
    });
    const seen: LiveGrant[] = [];
    let cursor: string | undefined;
    do {
      const page = await records.listLive(
        { eksName, region: 'us-east-1' },
        { limit: 4, ...(cursor ? { cursor } : {}) },
      );
      expect(page.items.length).toBeLessThanOrEqual(4);
      seen.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    const byId = (a: LiveGrant, b: LiveGrant) => (a.requestId < b.requestId ? -1 : 1);
    expect(seen.sort(byId)).toEqual(
      live
        .slice(1)
        .flatMap((request) => liveGrantOf(request) ?? [])
        .sort(byId),
    );
    await expect(
      records.listLive({ eksName, region: 'us-east-1' }, { limit: 4, cursor: 'forged' }),
    ).rejects.toBeInstanceOf(InvalidInput);
  });

  it('refuses cursors that it did not give out for that list, and page sizes out of bounds', async () => {
    const records = await fresh();
    await stored(records);
    await stored(records);
    const { cursor } = await records.listOpen({ limit: 1 });
    expect(cursor).toBeDefined();
    const forged = ['', 'x', '../..', 'a'.repeat(5000), Buffer.from('{"pk":"LINK#1"}').toString('base64url')];
    for (const text of [...forged, cursor ?? '']) {
      await expect(
        records.listByRequester('alice@example.com', { limit: 5, cursor: text }),
      ).rejects.toBeInstanceOf(InvalidInput);
    }
    for (const text of forged)
      await expect(records.listOpen({ limit: 5, cursor: text })).rejects.toBeInstanceOf(InvalidInput);
    for (const limit of [0, -1, 101, 1.5, Number.NaN])
      await expect(records.listOpen({ limit })).rejects.toBeInstanceOf(InvalidInput);
  });

  it('finds what is due at or before an instant, oldest first, and nothing final', async () => {
    const records = await fresh();
    const late = await stored(records, { createdAt: '2026-11-21T10:00:00.000Z' });
    const early = await stored(records, { createdAt: '2026-11-21T08:00:00.000Z' });
    const middle = await stored(records, { createdAt: '2026-11-21T09:00:00.000Z' });
    await stored(records, { createdAt: '2026-11-21T07:00:00.000Z', status: 'denied' });
    expect(await records.due('2026-11-21T07:59:59.000Z', 10)).toEqual([]);
    const exactly = middle.dueAt ?? '';
    expect(await records.due(exactly, 10)).toEqual([early.id, middle.id]);
    expect(await records.due(exactly, 1)).toEqual([early.id]);
    expect(await records.due('2026-11-22T00:00:00.000Z', 10)).toEqual([early.id, middle.id, late.id]);

    const over = advance(early, 'withdrawn', { at, actor: 'alice@example.com', reason: 'Not needed' });
    await records.commit(changeOf(early, over));
    expect(await records.due(exactly, 10)).toEqual([middle.id]);
  });

  it('keeps what is over among what is open and due until its after-review is answered', async () => {
    const records = await fresh();
    const { request, events } = aRecord({ status: 'pending' });
    const afterReview = {
      from: ['payments-leads'],
      openedAt: request.createdAt,
      answerBy: '2026-11-22T08:00:00.000Z',
      reminders: 0,
    };
    const first = { ...request, afterReview };
    await records.commit({ request: first, expectedVersion: 0, events });
    const over = advance(first, 'withdrawn', { at, actor: 'alice@example.com', reason: 'Not needed' });
    await records.commit(changeOf(first, over));
    expect(await records.due('2026-11-23T00:00:00.000Z', 10)).toEqual([request.id]);
    expect((await records.listOpen({ limit: 10 })).items).toEqual([over.request]);
    const reviewer = 'rita@example.com';
    const answer = { reviewer, verdict: 'accept' as const, reason: 'As told', at, digest: request.digest };
    const done = answerAfterReview(aCatalog(), over.request, answer);
    await records.commit(changeOf(over.request, done));
    expect(await records.due('2026-11-23T00:00:00.000Z', 10)).toEqual([]);
    expect((await records.listOpen({ limit: 10 })).items).toEqual([]);
    expect(await records.read(request.id)).toEqual(done.request);
  });

  it('knows which events are not shipped yet, until they are marked', async () => {
    const records = await fresh();
    const { request, events } = aRecord({ status: 'active' });
    await records.commit({ request, expectedVersion: 0, events });
    const other = await stored(records);
    expect(await records.unshipped(request.id)).toEqual(events);
    expect((await records.unshippedRequests(10)).sort()).toEqual([request.id, other.id].sort());
    expect(await records.unshippedRequests(1)).toHaveLength(1);

    for (const event of events.slice(0, 2)) await records.markShipped(event);
    await records.markShipped({ requestId: request.id, seq: 1 });
    expect(await records.unshipped(request.id)).toEqual(events.slice(2));
    for (const event of events) await records.markShipped(event);
    expect(await records.unshipped(request.id)).toEqual([]);
    expect(await records.unshippedRequests(10)).toEqual([other.id]);
    expect(await records.events(request.id)).toEqual(events);

    await records.markShipped({ requestId: request.id, seq: 99 });
    expect(await records.events(request.id)).toEqual(events);
  });

  it('keeps text, numbers and nesting of facts as they were', async () => {
    const records = await fresh();
    const request = await stored(records);
    const facts = {
      'a key with spaces': 'ünï\u2028code 🦉',
      numbers: [0, -1.5, 1e-7, 9_007_199_254_740_991],
      empty: { text: '', list: [], map: {}, nothing: null, no: false },
    };
    const next = amend(request, { at, actor: 'curfew:test', reason: 'Facts', type: 'swept', facts });
    await records.commit(changeOf(request, next));
    const events = await records.events(request.id);
    expect(events.at(-1)).toEqual(next.event);
    expect(chainFault(events)).toBeUndefined();
  });

  it('keeps as many links as there are reviewers in one change', async () => {
    const records = await fresh();
    const request = await stored(records);
    const asked = amend(request, {
      at,
      actor: 'curfew:AskReviewers',
      reason: 'Asked',
      type: 'reviewers-asked',
    });
    const newLinks = Array.from({ length: 50 }, (_, i) => aLink(request, `secret ${i}`));
    await records.commit(changeOf(request, asked, { newLinks }));
    expect(await records.readLink(linkHash('secret 49'))).toEqual(newLinks[49]);
  });

  it('holds a request whose every part is filled', async () => {
    const records = await fresh();
    const waiting = { state: 'HoldGrant', taskToken: 'x'.repeat(2048), since: at } as const;
    const endRequested = { at, by: 'pat@example.com', reason: 'Ends now' };
    const changes = { waiting, endRequested, notifiedAt: at, notified: ['rita@example.com'] };
    const { request, events } = aRecord({ status: 'revoking', changes });
    await records.commit({ request, expectedVersion: 0, events });
    expect(await records.read(request.id)).toEqual(request);
  });

  it('finds what may stand and is due in a span, whatever its cluster', async () => {
    const records = await fresh();
    const createdAt = '2026-11-21T09:00:00.000Z';
    const of = (durationSeconds: number, cluster: string, status: 'active' | 'pending' = 'active') =>
      stored(records, { status, createdAt, asked: { cluster, durationSeconds } });
    const first = await of(600, 'payments-prod');
    const second = await of(601, 'checkout-prod');
    const later = await of(700, 'payments-prod');
    await of(600, 'payments-prod', 'pending');
    const ids = async (from: string, before: string) =>
      (await records.liveDue({ from, before }, 10)).map(({ requestId }) => requestId);
    expect(await ids(first.dueAt ?? '', later.dueAt ?? '')).toEqual([first.id, second.id]);
    expect(await ids(second.dueAt ?? '', '2027-01-01T00:00:00.000Z')).toEqual([second.id, later.id]);
    expect(await ids('2026-01-01T00:00:00.000Z', first.dueAt ?? '')).toEqual([]);
    const all = { from: '2026-01-01T00:00:00.000Z', before: '2027-01-01T00:00:00.000Z' };
    expect(await records.liveDue(all, 1)).toEqual([liveGrantOf(first)]);
  });
}
