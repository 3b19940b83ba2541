/** One decision out of many findings: whatever is added, it gets stricter or stays as it is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combine } from '#domain/policy/combine.ts';
import { assurances, type Decision, type Finding } from '#domain/policy/decision.ts';
import { meet } from '#domain/policy/review-needs.ts';

const noRisk = { score: 0, factors: [] };
const groups = { leads: ['rita', 'rob'], security: ['sam', 'rita'], oncall: ['olga'] };
const catalog = {
  reviewers: Object.fromEntries(Object.entries(groups).map(([group, members]) => [group, { members }])),
};
const everybody = [...new Set(Object.values(groups).flat())];

const need = fc.record({
  count: fc.integer({ min: 0, max: 3 }),
  from: fc.subarray(Object.keys(groups), { minLength: 1 }),
});
const finding: fc.Arbitrary<Finding> = fc.record(
  {
    rule: fc.constantFrom('a', 'b', 'c', 'role:x'),
    refuse: fc.constantFrom('no', 'never'),
    reviews: fc.array(need, { maxLength: 2 }),
    capSeconds: fc.integer({ min: 10, max: 100 }),
    assurance: fc.constantFrom(...assurances),
    why: fc.constantFrom('because', 'for safety'),
    waivable: fc.constant(true as const),
  },
  { requiredKeys: ['rule'] },
);

/** As every rule but one is written: it can ask for something, and say that it gives way, but not waive. */
const oneThatWaives: Finding = { rule: 'break-glass', waives: true };

const strictness = { approve: 0, review: 1, refuse: 2 };
const people = fc.subarray(everybody);
const met = (decision: Decision, some: string[]) =>
  decision.reviews.every(({ needs }) => meet(catalog, needs, new Set(some)));

describe('one rule more', () => {
  it('only ever tightens: outcome, reviews, longest time, assurance (N12)', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 6 }), finding, fc.nat(6), people, (some, added, at, yes) => {
        const before = combine(some, noRisk, 60);
        const after = combine(some.toSpliced(at, 0, added), noRisk, 60);
        expect(strictness[after.outcome]).toBeGreaterThanOrEqual(strictness[before.outcome]);
        expect(assurances.indexOf(after.assurance)).toBeGreaterThanOrEqual(
          assurances.indexOf(before.assurance),
        );
        expect(after.capSeconds ?? 999).toBeLessThanOrEqual(before.capSeconds ?? 999);
        if (after.outcome === 'refuse') return;
        expect(after.reviewsNeeded).toBeGreaterThanOrEqual(before.reviewsNeeded);
        // Whoever is enough now was enough before.
        if (met(after, yes)) expect(met(before, yes)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('counts in full where it gives way, as long as nobody waives', () => {
    const firm = ({ waivable: _, ...rest }: Finding): Finding => rest;
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 6 }), (some) => {
        expect(combine(some, noRisk, 60)).toEqual(combine(some.map(firm), noRisk, 60));
      }),
    );
  });

  it('only ever tightens too where one of them waives', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 6 }), finding, people, (some, added, yes) => {
        const before = combine([...some, oneThatWaives], noRisk, 60);
        const after = combine([...some, oneThatWaives, added], noRisk, 60);
        expect(strictness[after.outcome]).toBeGreaterThanOrEqual(strictness[before.outcome]);
        expect(after.capSeconds ?? 999).toBeLessThanOrEqual(before.capSeconds ?? 999);
        if (after.outcome !== 'refuse' && met(after, yes)) expect(met(before, yes)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('loosens only where it waives by name, and then only what says that it gives way', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 6 }), people, (some, yes) => {
        const after = combine([...some, oneThatWaives], noRisk, 60);
        const firm = combine(
          some.filter(({ waivable }) => !waivable),
          noRisk,
          60,
        );
        expect(after).toMatchObject({
          outcome: firm.outcome,
          reviews: firm.reviews,
          assurance: firm.assurance,
        });
        expect(after.capSeconds).toBe(firm.capSeconds);
        expect(met(after, yes)).toBe(met(firm, yes));
        // Whatever was set aside is told, and by whom, unless something else refuses anyway.
        const aside = some.filter(
          ({ waivable, refuse, reviews = [] }) =>
            waivable && (refuse || reviews.some(({ count }) => count > 0)),
        );
        expect(new Set(after.waived ?? [])).toEqual(new Set(aside.map(({ rule }) => rule)));
        if (after.outcome !== 'refuse') expect(after.matched).toContain('break-glass');
      }),
      { numRuns: 3000 },
    );
  });

  it('decides the same in any order', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 6 }), people, (some, yes) => {
        const [one, other] = [combine(some, noRisk, 60), combine(some.toReversed(), noRisk, 60)];
        expect(other).toMatchObject({
          outcome: one.outcome,
          assurance: one.assurance,
          reviewsNeeded: one.reviewsNeeded,
        });
        expect(met(other, yes)).toBe(met(one, yes));
      }),
    );
  });
});

describe('a cap', () => {
  const cap = (seconds: number): Finding => ({
    rule: 'environment:prod',
    capSeconds: seconds,
    tooLong: 'no longer in prod',
  });
  it('refuses what is longer, and says how long it may be', () => {
    expect(combine([cap(59)], noRisk, 60)).toMatchObject({
      outcome: 'refuse',
      matched: ['environment:prod'],
      reasons: ['Ask for at most 59s: no longer in prod'],
    });
  });
  it('lets through what is just as long', () => {
    expect(combine([cap(60)], noRisk, 60)).toMatchObject({ outcome: 'approve', capSeconds: 60 });
    expect(combine([cap(60)], noRisk, 60).reasons).toEqual([]);
  });
});

describe('assurance', () => {
  it('is the strongest that any rule asks for', () => {
    const [weak, strong] = assurances.map((assurance): Finding => ({ rule: assurance, assurance }));
    if (!weak || !strong) throw new Error('There are two.');
    for (const findings of [[weak, strong], [strong, weak], [strong]])
      expect(combine(findings, noRisk, 60).assurance).toBe('signed');
    expect(combine([weak], noRisk, 60).assurance).toBe('link');
  });
});
