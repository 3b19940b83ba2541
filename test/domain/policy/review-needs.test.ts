/** Whether given people meet what is asked for, nobody counting twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meet, type ReviewNeed } from '#domain/policy/review-needs.ts';

const catalog = {
  reviewers: {
    leads: { members: ['rita', 'rob'] },
    security: { members: ['rita', 'sam'] },
    oncall: { members: ['rob'] },
  },
};
const enough = (needs: ReviewNeed[], ...people: string[]) => meet(catalog, needs, new Set(people));
const one = (...from: string[]): ReviewNeed => ({ count: 1, from });

describe('reviews by people of groups', () => {
  it('are two people for two needs, also where one of them is in both groups', () => {
    expect(enough([one('leads'), one('security')], 'rita')).toBe(false);
    expect(enough([one('leads'), one('security')], 'rita', 'rob')).toBe(true);
    expect(enough([one('leads'), one('security')], 'rita', 'sam')).toBe(true);
    expect(enough([one('leads'), one('security')], 'sam')).toBe(false);
  });
  it('move over for one who fits one place only', () => {
    expect(enough([one('leads', 'security'), one('oncall'), one('leads')], 'rob', 'rita', 'sam')).toBe(true);
    expect(enough([one('leads'), one('oncall')], 'rob', 'sam')).toBe(false);
  });
  it.each<[string, ReviewNeed[]]>([
    ['a group that there is not', [one('nobody')]],
    ['no group, which is not another list looked up elsewhere (N07)', [one()]],
    ['a group of the prototype', [one('constructor')]],
  ])('are never enough for %s (N06)', (_, needs) => {
    expect(enough(needs, 'rita', 'rob', 'sam')).toBe(false);
  });
  it('of strangers count for nothing', () => {
    expect(enough([one('leads')], 'mallory')).toBe(false);
    expect(enough([], 'mallory')).toBe(true);
  });
  it('agree with trying every way to seat people', () => {
    const everybody = ['rita', 'rob', 'sam'];
    const need = fc.record({ count: fc.nat(2), from: fc.subarray(['leads', 'security', 'oncall']) });
    const seat = (places: string[][], free: string[]): boolean => {
      const [first, ...rest] = places;
      return (
        !first ||
        first.some(
          (who) =>
            free.includes(who) &&
            seat(
              rest,
              free.filter((other) => other !== who),
            ),
        )
      );
    };
    fc.assert(
      fc.property(fc.array(need, { maxLength: 3 }), fc.subarray(everybody), (needs, yes) => {
        const places = needs.flatMap(({ count, from }) => {
          const groups: Record<string, { members: string[] }> = catalog.reviewers;
          const members = from.flatMap((group) => groups[group]?.members ?? []);
          return Array.from({ length: count }, () => members);
        });
        expect(enough(needs, ...yes)).toBe(seat(places, yes));
      }),
    );
  });
});
