/** Each guardrail with what passes it and what it refuses. */
import { describe, expect, it } from 'vitest';
import { decided, role, type Wanted } from '../../builders/question.ts';

describe('a decision', () => {
  it('asks for the reviews that the role needs', () => {
    expect(decided()).toMatchObject({
      outcome: 'review',
      reasons: [],
      matched: ['role:pod-reader'],
      reviews: [{ rule: 'role:pod-reader', needs: [{ count: 1, from: ['payments-leads'] }] }],
      reviewsNeeded: 1,
      assurance: 'link',
    });
  });
  it('approves by itself only where the role says so, and names it (N60)', () => {
    const catalog = role((r) => {
      r.reviews = [{ count: 0, from: [] }];
    });
    expect(decided({ catalog })).toMatchObject({
      outcome: 'approve',
      matched: ['role:pod-reader'],
      reviews: [],
      reviewsNeeded: 0,
    });
  });
  it('refuses with all reasons at once', () => {
    const { outcome, matched, reasons } = decided({
      asked: { namespaces: ['kube-system', 'nowhere'], durationSeconds: 10 ** 6 },
    });
    expect(outcome).toBe('refuse');
    expect(matched).toEqual(['namespaces', 'duration']);
    expect(reasons).toHaveLength(3);
  });
  it.each(['__proto__', 'constructor', 'toString'])(
    'does not find a role or cluster called %s (N42)',
    (name) => {
      expect(decided({ asked: { role: name } }).outcome).toBe('refuse');
      expect(decided({ asked: { cluster: name } }).outcome).toBe('refuse');
    },
  );
});

describe.each<[string, Wanted, RegExp]>([
  ['cluster', { asked: { cluster: 'nowhere' } }, /no cluster "nowhere"/],
  ['role', { asked: { role: 'root' } }, /no role "root"/],
  [
    'role',
    {
      catalog: role((r) => {
        r.clusters = ['other'];
      }),
    },
    /not for cluster "payments-prod"/,
  ],
  ['namespaces', { asked: { namespaces: ['kube-system'] } }, /protected/],
  ['namespaces', { asked: { namespaces: ['payments', 'elsewhere'] } }, /not for namespace "elsewhere"/],
  [
    'namespaces',
    {
      catalog: (c) => {
        const prod = c.clusters['payments-prod'];
        if (prod) prod.protectedNamespaces = ['payments'];
      },
    },
    /protected/,
  ],
  ['duration', { asked: { durationSeconds: 9 } }, /at least 10s/],
  ['duration', { asked: { durationSeconds: 4 * 3600 + 1 } }, /at most 4h/],
  [
    'ticket',
    {
      asked: { ticket: undefined },
      catalog: role((r) => {
        r.ticketRequired = true;
      }),
    },
    /needs a ticket/,
  ],
  [
    'reviewers',
    {
      requester: { person: 'rita@example.com' },
      catalog: role((r) => {
        r.reviews = [{ count: 2, from: ['payments-leads'] }];
      }),
    },
    /only 1 other people/,
  ],
])('guardrail %s', (rule, broken, reason) => {
  it(`refuses ${JSON.stringify(broken.asked ?? broken.requester ?? 'by the catalog')} with ${reason}`, () => {
    const decision = decided(broken);
    expect(decision.outcome).toBe('refuse');
    expect(decision.matched).toContain(rule);
    expect(decision.reasons.join(' ')).toMatch(reason);
  });
});

describe('what is just inside', () => {
  it.each<[string, Wanted]>([
    ['the shortest time', { asked: { durationSeconds: 10 } }],
    ['the longest time', { asked: { durationSeconds: 4 * 3600 } }],
    ['two namespaces of the role', { asked: { namespaces: ['payments', 'checkout'] } }],
    ['a reviewer asking, when another one is left', { requester: { person: 'rita@example.com' } }],
    ['a role that nobody vouches for', { requester: {} }],
  ])('passes: %s', (_, inside) => {
    expect(decided(inside).outcome).toBe('review');
  });
});

describe('a start that is asked for', () => {
  const startsAt = (at: string) => decided({ asked: { startsAt: at } });
  it.each(['2026-11-21T07:31:00.000Z', '2026-11-21T08:00:00.000Z', '2026-11-28T08:00:00.000Z'])(
    'may be %s: something of it is left, and it is within reach',
    (at) => expect(startsAt(at).outcome).toBe('review'),
  );
  it.each([
    ['2026-11-21T07:30:00.000Z', /would be over already/],
    ['2025-11-21T08:00:00.000Z', /would be over already/],
    ['2026-11-28T08:00:00.001Z', /within 168h/],
  ])('may not be %s', (at, why) => {
    expect(startsAt(at)).toMatchObject({ outcome: 'refuse', matched: ['start'] });
    expect(startsAt(at).reasons.join()).toMatch(why);
  });
});

describe('an extension (N26)', () => {
  /** Half an hour more from 08:30 on; the role allows two hours. */
  const from = (firstStart: string, durationSeconds = 1800) =>
    decided({
      firstStart,
      asked: { startsAt: '2026-11-21T08:30:00.000Z', extends: '01KAJ', durationSeconds },
      catalog: role((found) => {
        found.maxDuration = 7200;
      }),
    });
  it('counts from the first start of its line, to the second', () => {
    expect(from('2026-11-21T07:00:00.000Z').outcome).toBe('review');
    expect(from('2026-11-21T06:59:59.999Z')).toMatchObject({ outcome: 'refuse', matched: ['duration'] });
  });
  it('is told how much is left, or that nothing is', () => {
    expect(from('2026-11-21T06:45:00.000Z').reasons.join()).toContain('It can be extended by 15m.');
    expect(from('2026-11-21T06:30:05.000Z').reasons.join()).toContain('It can not be extended any more.');
  });
});
