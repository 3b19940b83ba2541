/** Each factor of risk, with and without it; and what thresholds make of the sum. */
import { describe, expect, it } from 'vitest';
import type { Catalog } from '#domain/catalog.ts';
import { environmentSchema, riskSchema } from '#domain/catalog-rules.ts';
import { type FactorName, factorNames } from '#domain/policy/decision.ts';
import { usualPoints } from '#domain/policy/risk.ts';
import { aPast, decided, role, type Wanted } from '../../builders/question.ts';

const before = aPast({ status: 'revoked', createdAt: '2026-11-19T08:00:00.000Z' });
/** She has had it before, by day, with a ticket, for a short while, to look. */
const calm: Wanted = { past: [before] };

const production = (catalog: Catalog) => {
  catalog.environments = { prod: environmentSchema.parse({ production: true }) };
  Object.assign(catalog.clusters['payments-prod'] ?? {}, { environment: 'prod' });
};
const from = (network: string) => ({ ...before, requester: { ...before.requester, network } });

const counted = (wanted: Wanted) => decided(wanted).risk.factors.map(({ name }) => name);

describe('risk', () => {
  it('is nothing where nothing counts', () => {
    expect(decided(calm).risk).toEqual({ score: 0, factors: [] });
  });

  const cases: Record<FactorName, Wanted> = {
    changes: {
      ...calm,
      catalog: role((r) => r.rules.push({ apiGroups: [''], resources: ['pods'], verbs: ['delete'] })),
    },
    breadth: { ...calm, catalog: role((r) => r.rules[0]?.resources.push('a', 'b', 'c')) },
    production: { ...calm, catalog: production },
    'off-hours': {
      ...calm,
      catalog: (c) =>
        Object.assign(c, { workingHours: { timeZone: 'UTC', days: ['mon'], from: '08:00', to: '18:00' } }),
    },
    'first-time': { past: [aPast({ status: 'denied', createdAt: '2026-11-19T08:00:00.000Z' })] },
    'no-ticket': { ...calm, asked: { ticket: undefined } },
    'long-duration': { ...calm, asked: { durationSeconds: 2 * 3600 + 1 } },
    'recent-denials': { past: [before, aPast({ status: 'denied' })] },
    'new-network': {
      past: [from('192.0.2.0/24')],
      requester: { person: 'alice@example.com', network: '198.51.100.0/24' },
    },
    'break-glass': { ...calm, asked: { breakGlass: true } },
  };
  it.each(factorNames)('counts %s, by name and with its reason', (name) => {
    const { risk } = decided(cases[name]);
    expect(risk).toEqual({
      score: usualPoints[name],
      factors: [{ name, points: usualPoints[name], why: expect.stringMatching(/.{10}/) }],
    });
  });

  it.each<[string, Wanted]>([
    ['half of the longest time', { ...calm, asked: { durationSeconds: 2 * 3600 } }],
    [
      'a denial of two days ago',
      { past: [before, aPast({ status: 'denied', createdAt: '2026-11-19T07:00:00.000Z' })] },
    ],
    [
      'a network known from before',
      { past: [from('192.0.2.0/24')], requester: { person: 'alice@example.com', network: '192.0.2.0/24' } },
    ],
    [
      'a network when none was known',
      { ...calm, requester: { person: 'alice@example.com', network: '192.0.2.0/24' } },
    ],
  ])('does not count %s', (_, wanted) => expect(counted(wanted)).toEqual([]));

  it('takes points from the catalog, and ends at 100', () => {
    const points = { 'no-ticket': 60, 'first-time': 60 };
    const catalog = (c: Catalog) => Object.assign(c.risk.points, points);
    expect(decided({ catalog, asked: { ticket: undefined } }).risk.score).toBe(100);
    expect(decided({ catalog: (c) => Object.assign(c.risk.points, { 'first-time': 0 }) }).risk).toEqual({
      score: 0,
      factors: [],
    });
  });
});

describe('a threshold', () => {
  const reached = (threshold: object, score = 10): Wanted => ({
    catalog: (c) =>
      Object.assign(c, { risk: riskSchema.parse({ thresholds: [{ from: score, ...threshold }] }) }),
  });
  it('counts from its score on', () => {
    expect(decided(reached({ assurance: 'signed' }, 10)).assurance).toBe('signed');
    expect(decided(reached({ assurance: 'signed' }, 11)).assurance).toBe('link');
  });
  it('refuses, saying what counted', () => {
    const { outcome, reasons } = decided(reached({ refuse: true }));
    expect(outcome).toBe('refuse');
    expect(reasons.join()).toMatch(/risk is 10 of 100: they have not had pod-reader on payments-prod lately/);
  });
  it('adds reviewers, and shortens', () => {
    expect(decided(reached({ reviews: { required: 2, from: ['payments-leads'] } })).reviewsNeeded).toBe(2);
    expect(decided(reached({ maxDuration: '10m' }))).toMatchObject({ outcome: 'refuse', matched: ['risk'] });
  });
});
