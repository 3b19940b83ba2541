/** The transition table and the records it makes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainFault, chainStart } from '#domain/audit-event.ts';
import { WrongStatus } from '#domain/errors.ts';
import { after as plus } from '#domain/instant.ts';
import { advance, amend, canAdvance, dueAt, isFinal, mayStand } from '#domain/lifecycle.ts';
import { type Status, statuses } from '#domain/request.ts';
import { aRecord } from '../builders/request.ts';
import { statusTable } from '../builders/status-table.ts';

const step = { at: '2026-11-21T09:00:00.000Z', actor: 'test', reason: 'because' };

describe('the transition table', () => {
  it.each(statuses.flatMap((from) => statuses.map((to) => [from, to] as const)))(
    '%s -> %s is as documented',
    (from, to) => {
      expect(canAdvance(from, to)).toBe(statusTable[from].includes(to));
      const { request } = aRecord({ status: from });
      if (statusTable[from].includes(to)) expect(advance(request, to, step).request.status).toBe(to);
      else expect(() => advance(request, to, step)).toThrow(WrongStatus);
    },
  );

  it('reaches a final status from every status, and revoked from every one in which something may stand', () => {
    const reach = (from: Status, seen = new Set<Status>()): Set<Status> => {
      for (const to of statusTable[from]) if (!seen.has(to)) reach(to, seen.add(to));
      return seen;
    };
    for (const status of statuses) {
      expect(isFinal(status) || [...reach(status)].some(isFinal)).toBe(true);
      if (mayStand(status)) expect(reach(status)).toContain('revoked');
    }
  });
});

describe('every change', () => {
  it('counts a version, keeps the chain whole, and stays due until it is final', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 7 }), { maxLength: 12 }), (choices) => {
        let { request, events } = aRecord({ status: 'pending' });
        for (const choice of choices) {
          const edges = statusTable[request.status];
          if (edges.length === 0) break;
          const to = edges[choice % edges.length];
          const done =
            choice === 7 || !to ? amend(request, { ...step, type: 'swept' }) : advance(request, to, step);
          expect(done.request.version).toBe(request.version + 1);
          expect(done.event.seq).toBe(request.audit.seq + 1);
          ({ request } = done);
          events = [...events, done.event];
          expect(Boolean(request.dueAt)).toBe(!isFinal(request.status));
          expect(dueAt(request)).toBe(request.dueAt);
        }
        expect(chainFault(events)).toBeUndefined();
        expect(events.at(-1)?.hash).toBe(request.audit.hash);
        expect(request.history.at(-1)?.status).toBe(request.status);
      }),
    );
  });

  it.each(statuses)('leaves a request that is %s due for the sweep, unless it is over', (status) => {
    expect(Boolean(dueAt(aRecord({ status }).request))).toBe(!isFinal(status));
  });

  it('leaves the record it came from as it was', () => {
    const { request } = aRecord({ status: 'approved' });
    const before = structuredClone(request);
    advance(request, 'granting', step);
    expect(request).toEqual(before);
  });

  it('is refused once the request is over', () => {
    expect(() => amend(aRecord({ status: 'revoked' }).request, { ...step, type: 'reviewed' })).toThrow(
      /it is over/,
    );
  });

  it('of what is over is none but what the sweep found of it, and leaves it over', () => {
    const { request: before, events } = aRecord({ status: 'revoked' });
    const { request, event } = amend(before, { ...step, type: 'swept' });
    expect(request).toMatchObject({ status: 'revoked', history: before.history });
    expect(request.dueAt).toBeUndefined();
    expect(chainFault([...events, event])).toBeUndefined();
  });
});

describe('the audit chain', () => {
  const { events } = aRecord({ status: 'revoked' });
  it('is whole as written', () => {
    expect(events[0]?.prev).toBe(chainStart);
    expect(chainFault(events)).toBeUndefined();
  });
  it.each(events.map((_, i) => i))('shows when event %i is edited, dropped or swapped', (i) => {
    const edited = events.map((event, n) => (n === i ? { ...event, actor: 'mallory' } : event));
    expect(chainFault(edited)).toBe(`event ${i + 1} was edited`);
    const dropped = events.filter((_, n) => n !== i);
    if (i < events.length - 1) expect(chainFault(dropped)).toBe(`event ${i + 1} is missing: found ${i + 2}`);
    const next = events[i + 1];
    const here = events[i];
    if (next && here) expect(chainFault(events.with(i, next).with(i + 1, here))).toMatch(/is missing/);
  });
});

describe('the sweep looks at a grant that opens', () => {
  const { request } = aRecord({ status: 'granting' });
  const { grant } = request;
  if (!grant) throw new Error('It is granting.');
  const endRequested = { at: plus(grant.openedAt, 5_000), by: 'alice', reason: 'done' };
  it.each([
    ['90 s after it was opened', {}, 90_000],
    ['5 s after it expired', { grant: { ...grant, expiresAt: plus(grant.openedAt, 60_000) } }, 65_000],
    ['as soon as its end was requested', { endRequested }, 5_000],
  ])('%s, whatever was written since', (_, changes, ms) => {
    const later = { ...request, updatedAt: plus(grant.openedAt, 50_000), ...changes };
    expect(dueAt(later)).toBe(plus(grant.openedAt, ms));
  });
});
