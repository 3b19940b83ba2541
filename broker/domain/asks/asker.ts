/** Who asks by a ticket: the person behind the user whom its system names as the one who did it. */
import type { TicketSystem } from '../catalog-ticketing.ts';
import { canonicalPerson, type People, personOf, personSchema } from '../people.ts';

/** A user as the system itself knows them. Names that they choose, and can change, are no part of it. */
export interface TicketUser {
  /** Given once, and to nobody else ever. */
  id: string;
  /** Where the system has made sure that it is theirs. */
  address?: string;
}

/** How the catalog writes a user of a system among the aliases of a person: `github:583231`. */
export const aliasOf = (kind: TicketSystem, id: string): string => `${kind}:${id}`;

/**
 * The main name of a person; undefined where the catalog knows none. An alias says more than an address: an address can pass
 * to somebody else. It is compared letter by letter: one that only looks like another, or folds into it, is nobody's (N41).
 */
export function askerOf(people: People, kind: TicketSystem, { id, address }: TicketUser): string | undefined {
  const alias = aliasOf(kind, id);
  if (/^[!-~]+$/.test(alias)) {
    const main = personOf(people, alias);
    if (main !== canonicalPerson(alias)) return main;
  }
  const known = personSchema.safeParse(address);
  return known.success ? personOf(people, known.data) : undefined;
}
