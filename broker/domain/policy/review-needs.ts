/** Reviews that a rule wants: so many from some groups, and so many from others; and whether given approvals meet them. */
import type { Catalog } from '../catalog.ts';

export interface ReviewNeed {
  /** How many people. */
  count: number;
  /** Reviewer groups of the catalog, any of whose members will do. */
  from: string[];
}

/** People of some groups, each once, sorted. */
export function membersOf({ reviewers }: Pick<Catalog, 'reviewers'>, groups: readonly string[]): string[] {
  return [...new Set(groups.flatMap((group) => reviewers[group]?.members ?? []))].sort();
}

/** Whether these people meet all needs, nobody counting for two of them. */
export function meet(
  catalog: Pick<Catalog, 'reviewers'>,
  needs: readonly ReviewNeed[],
  people: ReadonlySet<string>,
): boolean {
  // One place for each person who is wanted; a matching of places and people (Kuhn's augmenting paths).
  const places = needs.flatMap(({ count, from }) => {
    const fitting = membersOf(catalog, from).filter((person) => people.has(person));
    return Array.from({ length: count }, () => fitting);
  });
  const placeOf = new Map<string, number>();
  const seat = (place: number, asked: Set<string>): boolean =>
    (places[place] ?? []).some((person) => {
      if (asked.has(person)) return false;
      asked.add(person);
      const taken = placeOf.get(person);
      if (taken !== undefined && !seat(taken, asked)) return false;
      placeOf.set(person, place);
      return true;
    });
  return places.every((_, place) => seat(place, new Set()));
}

/** `2 of leads or security`. */
export const needInWords = ({ count, from }: ReviewNeed): string =>
  `${count} of ${from.join(' or ') || 'no group'}`;

/** Fewest people that can meet them. */
export function fewest(needs: readonly ReviewNeed[]): number {
  return needs.reduce((sum, { count }) => sum + count, 0);
}
