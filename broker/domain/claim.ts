/** Claim: access that somebody else, or a ticket, has asked for exists only after the person it is for has signed for it. */
import { ClaimAwaited } from './errors.ts';
import type { Caller, KnownSubject, Subject } from './identity.ts';
import { sessionNameIsTrusted } from './identity.ts';
import type { Instant } from './instant.ts';
import { type People, personOf } from './people.ts';

/** Who asked, where it wasn't the person whom it is for: a verified user of a ticket system, or another person. */
export type AskedBy =
  | { kind: 'ticket'; source: string; ticket: string; user: string }
  | { kind: 'person'; person: string };

/** Whom a request is for that did not begin with a call of theirs: a name, and no principal yet. */
export interface Awaited {
  /** Main name of the person, as callers are known by. */
  person: string;
  by: AskedBy;
  /** ARNs of the IAM roles it may be claimed from; any whose session names are trusted where absent. */
  from?: readonly string[];
}

/** What of a request is kept for its claim. */
export interface Claim {
  from?: string[];
  /** How long after the approval, or after a start that lies ahead, it can be claimed. In seconds. */
  windowSeconds: number;
  /** When the person was mailed how to claim it. */
  mailedAt?: Instant;
  /** How often mailing was tried; spaces the sweep's tries. */
  mailTries?: number;
  /** When it was claimed. */
  at?: Instant;
}

/** Whom a request is for: whoever signed it, or somebody who is to claim it. */
export type Whom = Caller | Awaited;

/** Who gets access is known by name only: nothing of it may be opened. */
export function isUnclaimed({ subject }: { subject: Pick<Subject, 'kind'> }): boolean {
  return subject.kind === 'unclaimed';
}

/** Throws ClaimAwaited where nobody has claimed it: no step that grants goes on without a principal. */
export function knownSubject({ subject }: { subject: Subject }): KnownSubject {
  if (subject.kind !== 'unclaimed') return subject;
  throw new ClaimAwaited(`${subject.person} has not claimed it yet: it is for nobody's IAM role.`);
}

/** Whether it is `caller` who asked for somebody else. */
export function askedAs(caller: Pick<Caller, 'person'>, by: AskedBy | undefined): boolean {
  return by?.kind === 'person' && by.person === caller.person;
}

interface Known {
  trustedSessionNames: readonly string[];
  people: People;
}

/** Why this subject isn't the one that was approved, in words; undefined where it is. */
export function claimFault(
  { trustedSessionNames, people }: Known,
  { person, claim }: { person: string | undefined; claim: Claim | undefined },
  subject: KnownSubject,
): string | undefined {
  if (subject.kind !== 'person' || subject.sessionName === undefined)
    return 'it is for one person, and was not claimed by one';
  if (!sessionNameIsTrusted(subject.principalArn, trustedSessionNames))
    return `nobody vouches for the session names of the IAM role ${subject.principalArn} any more`;
  if (personOf(people, subject.sessionName) !== person)
    return `it is for ${person}, and was claimed as ${subject.sessionName}`;
  if (claim?.from && !claim.from.includes(subject.principalArn))
    return `it can't be claimed from the IAM role ${subject.principalArn}, only from ${claim.from.join(', ')}`;
  return undefined;
}

/** As the actor of an audit event. */
export function askerKey(by: AskedBy): string {
  return by.kind === 'person' ? by.person : `ticket:${by.source}`;
}

/** `carol@example.com`, or `ticket PAY-17 of jira`. */
export function askerInWords(by: AskedBy): string {
  return by.kind === 'person' ? by.person : `ticket ${by.ticket} of ${by.source}`;
}
