/** Announcements: what of the record the outside is told, in words that nobody else chose. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { announcedTypes } from '#domain/announced-types.ts';
import { announcementJsonSchema, announcementOf, announcementSchema, sayable } from '#domain/announcement.ts';
import { eventTypes } from '#domain/audit-event.ts';
import { lift, newOrder } from '#domain/kill-order.ts';
import { type Status, statuses } from '#domain/request.ts';
import { aCatalog } from '../builders/catalog.ts';
import { aRecord, type RequestWanted } from '../builders/request.ts';
import { aSource } from '../builders/webhooks.ts';

const docs = new URL('../../docs/', import.meta.url);
const catalog = {
  ...aCatalog(),
  ticketing: { sources: { pay: aSource('jira'), inc: aSource('jira', { tickets: 'INC-[0-9]+' }) } },
};
const to = { deployment: 'curfew', catalog };

const conforms = new Ajv2020({ formats: { 'date-time': true } }).compile(announcementJsonSchema() as object);

function told(wanted: RequestWanted) {
  const { request, events } = aRecord(wanted);
  return events.map((event) => announcementOf(to, event, { request }));
}

const last = (wanted: RequestWanted) => {
  const announcement = told(wanted).at(-1);
  if (!announcement || !('request' in announcement)) throw new Error('Nothing was told.');
  return announcement;
};

describe('what is told', () => {
  it('is described by the published schema', () => {
    // After a change: node infra/publish-events-schema.ts
    expect(JSON.parse(readFileSync(new URL('events.schema.json', docs), 'utf8'))).toEqual(
      announcementJsonSchema(),
    );
  });

  it('names each type in docs/events.md, and shows one that follows the schema', () => {
    const page = readFileSync(new URL('events.md', docs), 'utf8');
    const rows = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([\w-]+)`/g)].map(([, type]) => type),
    );
    expect(rows.filter((type) => type !== 'type').sort()).toEqual([...announcedTypes].sort());
    const example = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '');
    expect(announcementSchema.parse(example.detail)).toEqual(example.detail);
  });

  it.each(statuses)('is every step of the way to %s', (status: Status) => {
    const { request, events } = aRecord({ status });
    const announcements = told({ status });
    expect(announcements.map((one) => one?.seq)).toEqual(events.map(({ seq }) => seq));
    for (const announcement of announcements) {
      expect(conforms(announcement), JSON.stringify(conforms.errors)).toBe(true);
      expect(announcement?.text).toMatch(/^[\w@. :,'()+=/-]+\.$/);
    }
    expect(announcements.at(-1)).toMatchObject({ status, version: 1, deployment: 'curfew' });
    expect(request.status).toBe(status);
  });

  it('is nothing of what only Curfew itself is concerned with', () => {
    const { request, events } = aRecord();
    const [event] = events;
    if (!event) throw new Error('No event.');
    const silent = eventTypes.filter((type) => !announcedTypes.includes(type));
    expect(silent).toContain('reviewers-asked');
    for (const type of silent) expect(announcementOf(to, { ...event, type }, { request })).toBeUndefined();
  });

  it('has an id that is the same each time, and of no other event', () => {
    const wanted = { id: '01KAJ0000000000000EVENTSID', status: 'revoked' } as const;
    const ids = told(wanted).map((one) => one?.id);
    expect(ids[0]).toBe('01KAJ0000000000000EVENTSID-1');
    expect(new Set(ids).size).toBe(ids.length);
    expect(told(wanted).map((one) => one?.id)).toEqual(ids);
  });

  it('says who approved, until when it is had, and when it was over: each once it is so', () => {
    expect(last({ status: 'pending' }).request).not.toHaveProperty('approvedBy');
    expect(last({ status: 'approved' }).request).toHaveProperty('approvedBy', ['rita@example.com']);
    expect(last({ status: 'approved' }).request).not.toHaveProperty('expiresAt');
    const active = last({ status: 'active' });
    expect(active.text).toMatch(
      /^alice@example.com has pod-reader in payments on payments-prod, until 2026-11-21 \d\d:\d\d:\d\d UTC\.$/,
    );
    expect(active.request.expiresAt).toBeDefined();
    expect(active.request).not.toHaveProperty('endedAt');
    expect(last({ status: 'revoked' })).toMatchObject({ text: expect.stringContaining(', in time.') });
    expect(last({ status: 'revoked' }).request.endedAt).toBeDefined();
    // The first of its events, told late, when all of that is on record: nothing of it was so then.
    expect(told({ status: 'revoked' })[0]).not.toHaveProperty('request.expiresAt');
  });

  it('says how late it was over', () => {
    const { request, events } = aRecord({ status: 'revoked' });
    const notBefore = '2026-11-21T08:00:00.000Z';
    const unboundAt = '2026-11-21T08:01:30.000Z';
    const late = {
      ...request,
      ...(request.grant ? { grant: { ...request.grant, unboundAt } } : {}),
      ending: { since: notBefore, notBefore, reason: 'x' },
    };
    const [event] = events.slice(-1);
    if (!event) throw new Error('No event.');
    expect(announcementOf(to, event, { request: late })?.text).toMatch(/ 1m30s late\.$/);
  });

  it('names the sources that its ticket belongs to', () => {
    expect(last({ asked: { ticket: 'pay-17' } })).toHaveProperty('ticketSources', ['pay']);
    expect(last({ asked: { ticket: 'INC-1' } })).toHaveProperty('ticketSources', ['inc']);
    expect(last({ asked: { ticket: 'OTHER-1' } })).not.toHaveProperty('ticketSources');
  });

  it('holds nothing of where a task waits, of digests, addresses of clusters or mail', () => {
    const { request, events } = aRecord({
      status: 'active',
      changes: {
        waiting: { state: 'HoldGrant', taskToken: 'canary-token', since: '2026-11-21T08:00:00.000Z' },
        mailProblem: 'canary-mail',
      },
    });
    for (const event of events) {
      const facts = { ...event.facts, link: 'canary-link', review: { digest: 'canary-digest' } };
      const text = JSON.stringify(announcementOf(to, { ...event, facts }, { request }));
      expect(text).not.toMatch(/canary|https?:|roleId|arn:/);
      expect(text).not.toContain(request.digest);
    }
  });
});

describe('what people wrote', () => {
  it('is told on one line, without what is not seen, and cut', () => {
    expect(sayable('a\r\n/curfew role=debug\u202e\u200b b\u0007')).toBe('a /curfew role=debug b');
    expect(sayable('x'.repeat(600))).toHaveLength(500);
    expect(sayable(`${'x'.repeat(498)}😀😀`).isWellFormed()).toBe(true);
    expect(sayable(' \n ')).toBe('');
  });

  it('never gets into our own sentence', () => {
    const wanted = 'canary <script> [x](https://evil.example) @everyone';
    for (const status of statuses) {
      const { request, events } = aRecord({ status, asked: { reason: wanted, ticket: wanted } });
      for (const event of events) {
        const facts = { ...event.facts, reason: wanted };
        expect(announcementOf(to, { ...event, facts }, { request })?.text).not.toContain('canary');
      }
    }
  });
});

describe('a kill switch', () => {
  it('is told when it is put on, is done, and is lifted', () => {
    const { order, events } = newOrder({
      id: '01KAJ0000000000000000000KS',
      scope: { kind: 'cluster', value: 'us-east-1/payments-prod' },
      by: 'pat@example.com',
      reason: 'a leak',
      at: '2026-11-21T08:00:00.000Z',
    });
    const lifted = lift(order, { by: 'pat@example.com', reason: 'mended' }, '2026-11-21T09:00:00.000Z');
    const all = [...events, ...(lifted?.events ?? [])].map((event) => announcementOf(to, event, { order }));
    expect(all).toMatchObject([
      {
        type: 'kill-ordered',
        status: 'killing',
        said: 'a leak',
        text: 'pat@example.com put the kill switch on for cluster us-east-1/payments-prod: access is being ended, and none begins.',
        killSwitch: { id: order.id, scope: order.scope, reason: 'a leak' },
      },
      { type: 'kill-lifted', status: 'lifted', said: 'mended' },
    ]);
    for (const one of all) expect(conforms(one), JSON.stringify(conforms.errors)).toBe(true);
  });
});
