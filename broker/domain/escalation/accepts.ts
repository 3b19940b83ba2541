/** What a catalog accepts of its roles' escalations: the form of it, what is wrong with it, and how it is told. */
import * as z from 'zod';
import type { RbacRule } from '../rbac.ts';
import { type FoundEscalation, judge } from './judge.ts';
import { identities } from './known/identities.ts';
import { escalationIds } from './known.ts';

export const acceptsSchema = z
  .array(
    z.strictObject({
      escalation: z.enum(escalationIds, {
        error: ({ input }) =>
          `No escalation ${JSON.stringify(input)} is known. Remove the entry, or name one of those that docs/escalations.md lists.`,
      }),
      reason: z.string().trim().min(1).max(300).describe('Why it is needed; reviewers read it.'),
    }),
  )
  .default([])
  .describe('What its rules can lead to beyond themselves, each accepted by name.');

export type Accept = z.output<typeof acceptsSchema>[number];

export interface JudgedRole {
  rules: readonly RbacRule[];
  accepts: readonly Accept[];
}

/** An escalation of a role with the catalog's reason to accept it; absent where it doesn't. */
export interface Concern extends FoundEscalation {
  accepted?: string | undefined;
}

/** What a role bound in a namespace can lead to, worst first. */
export function concernsOf({ rules, accepts }: JudgedRole): Concern[] {
  return judge(rules, { scope: 'namespace' }).map((found) => {
    const accept = accepts.find(({ escalation }) => escalation === found.id);
    return accept ? { ...found, accepted: accept.reason } : found;
  });
}

export function concernInWords({
  title,
  why,
  accepted,
}: Pick<Concern, 'title' | 'why' | 'accepted'>): string {
  const reason =
    accepted === undefined ? 'The catalog does not accept it.' : `Accepted in the catalog: ${accepted}`;
  return `This role can ${title}. ${why} ${reason}`;
}

/** A fault of a role; `path` leads from the role to what is wrong. */
export interface AcceptFault {
  path: (string | number)[];
  message: string;
}

/** Escalations that nobody accepted, and entries that accept nothing. */
export function acceptFaults(role: JudgedRole): AcceptFault[] {
  const concerns = concernsOf(role);
  return [
    ...concerns.flatMap((concern) => (isRefused(concern) ? refusal(concern) : [])),
    ...idleAccepts(role.accepts, concerns),
  ];
}

/** The fences around people would not hold against them. */
const impersonations: ReadonlySet<string> = new Set(
  identities.filter(({ id }) => id.includes('-impersonate-')).map(({ id }) => id),
);

/** Whether nothing in the catalog lets it pass. A wildcard is never accepted: it hides what its rule is really for. */
function isUnaccepted({ id, accepted }: Concern): boolean {
  return accepted === undefined || id === 'E01-wildcard' || impersonations.has(id);
}

/** What keeps a role from being had. */
export function unacceptedOf(role: JudgedRole): Concern[] {
  return concernsOf(role).filter(isUnaccepted);
}

/** Wildcards of the catalog's own rules are told by what names their lines. */
const isRefused = (concern: Concern) => concern.id !== 'E01-wildcard' && isUnaccepted(concern);

function refusal({ id, severity, title, why, by, rules, accepted }: Concern): AcceptFault {
  if (accepted !== undefined) {
    return {
      path: ['rules', rules[0] ?? 0],
      message: `${id} (${severity}): by "${by.join('", "')}" it can ${title}. That can't be accepted: the cluster's fences see only whom it acts as. Take it out of the rules.`,
    };
  }
  return {
    path: ['rules', rules[0] ?? 0],
    message:
      `${id} (${severity}): by "${by.join('", "')}" it can ${title}. ${why} Narrow the rules, ` +
      `or accept it with { escalation: ${id}, reason: ... } under accepts of the role: reviewers are shown the reason.`,
  };
}

function idleAccepts(accepts: readonly Accept[], concerns: readonly Concern[]): AcceptFault[] {
  return accepts.flatMap(({ escalation }, i) => {
    const path = ['accepts', i, 'escalation'];
    if (!concerns.some(({ id }) => id === escalation))
      return [
        {
          path,
          message: `The rules don't allow ${escalation}: remove what accepts it, lest it hides it one day.`,
        },
      ];
    if (accepts.findIndex((each) => each.escalation === escalation) !== i)
      return [{ path, message: `${escalation} is accepted twice: keep one reason.` }];
    return [];
  });
}
