/** One person, one record: spellings and aliases that mean the same person. */
import * as z from 'zod';
import type { AskedBy } from './claim.ts';

/** As the catalog writes one. Comes out in its one spelling. */
export const personSchema = z
  .string()
  .regex(
    // Printable ASCII, as session names are: no letter that only looks like another one.
    /^[!-?A-~]+@[!-?A-~]+$/,
    'Write a person as an e-mail address, in plain ASCII: the session name their identity provider gives them.',
  )
  .transform(canonicalPerson);

/** One spelling per person: NFKC, trimmed, lower case. */
export function canonicalPerson(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** Without the tag of a plus-address: `alice+prod@example.com` is read by alice. */
function mailbox(person: string): string {
  const at = person.lastIndexOf('@');
  if (at < 0) return person;
  return person.slice(0, at).replace(/\+.*$/s, '') + person.slice(at);
}

/**
 * Whether two may be one person. Wider than being the same: it keeps people from answering for themselves, and never makes
 * somebody an answerer.
 */
export function mayBeSame(one: string, other: string): boolean {
  return mailbox(canonicalPerson(one)) === mailbox(canonicalPerson(other));
}

/** Those who surely go by none of these names. */
export function otherThan(names: readonly string[], people: readonly string[]): string[] {
  return people.filter((other) => !names.some((name) => mayBeSame(name, other)));
}

/** Other names by which the identity provider may call a person, by the person's main one. */
export type People = Readonly<Record<string, { aliases: readonly string[] }>>;

/** The person whom a name belongs to: the main name of their record, or the name itself in its one spelling. */
export function personOf(people: People, name: string): string {
  const canonical = canonicalPerson(name);
  const record = Object.entries(people).find(([, { aliases }]) => aliases.includes(canonical));
  return record ? record[0] : canonical;
}

/** Somebody who asks, or in whose place a workload does. */
export interface Asking {
  person?: string;
  /** Absent until what others asked for is claimed. */
  sessionName?: string;
  workload?: { actsFor?: string };
  /** Who asked for them. */
  askedBy?: AskedBy;
}

/**
 * Every name by which somebody who asks may be known: also the session name that nobody vouches for, for whom a workload acts,
 * and who asked in their place. None of them answers for it.
 */
export function namesOf(people: People, { person, sessionName, workload, askedBy }: Asking): string[] {
  const asker = askedBy?.kind === 'person' ? askedBy.person : undefined;
  const known = [person, workload?.actsFor, asker].filter((name) => name !== undefined);
  return sessionName === undefined ? known : [...known, sessionName, personOf(people, sessionName)];
}
