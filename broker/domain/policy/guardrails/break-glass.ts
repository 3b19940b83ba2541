/** In an emergency at once, instead of reviews beforehand: for a known person, with a reason, where the role allows it, and one review afterwards. */
import { isOverdue } from '../../after-review.ts';
import { eligibleReviewers } from '../../catalog.ts';
import type { Finding } from '../decision.ts';
import type { Guardrail, Question } from '../guardrail.ts';

const rule = 'break-glass';

/** Fewer characters than this tell nobody what has happened. */
const shortestReason = 10;

/** The only guardrail that waives. It does so where it has nothing to refuse. */
export const breakGlass: Guardrail = (question) => {
  const { asked, role } = question;
  // A role that doesn't exist is refused as such.
  if (!asked.breakGlass || !role) return [];
  const refusals: Finding[] = refusalsOf(question).map((refuse) => ({ rule, refuse }));
  if (refusals.length > 0 || !role.breakGlass) return refusals;
  const { maxDuration } = role.breakGlass;
  return [
    { rule, waives: true },
    { rule, capSeconds: maxDuration, tooLong: 'no longer by break-glass' },
  ];
};

function refusalsOf(question: Question): string[] {
  const { asked, requester, role } = question;
  if (!role?.breakGlass) return [notAllowed(question)];
  return [
    ...(requester.person === undefined
      ? [
          'Break-glass is for people whose identity is sure. Nobody vouches for the session name of your IAM role, so you count as a workload.',
        ]
      : []),
    ...(asked.reason.trim().length < shortestReason
      ? [`Say what has happened, in at least ${shortestReason} characters: --reason.`]
      : []),
    ...(asked.startsAt === undefined
      ? []
      : ['Break-glass starts at once: leave out --at, or ask for a review instead.']),
    ...unreviewable(question, role.breakGlass.afterReview.from),
    ...overdue(question),
  ];
}

function notAllowed({ catalog, asked }: Question): string {
  const those = Object.entries(catalog.roles)
    .filter(([, { breakGlass: allowed, clusters }]) => allowed && clusters.includes(asked.cluster))
    .map(([name]) => name)
    .sort();
  return (
    `Role "${asked.role}" can't be had by break-glass. ` +
    (those.length > 0
      ? `On ${asked.cluster} these can: ${those.join(', ')}.`
      : `No role on ${asked.cluster} can: ask without --break-glass.`)
  );
}

/** Nobody looks back at their own emergency. */
function unreviewable({ catalog, requester, asked }: Question, from: string[]): string[] {
  return eligibleReviewers(catalog, [{ count: 1, from }], requester).length > 0
    ? []
    : [
        `Nobody but you could review it afterwards: ${from.join(', ')} has nobody else for role "${asked.role}".`,
      ];
}

function overdue({ past, now }: Question): string[] {
  const ids = past.filter((request) => isOverdue(request, now)).map(({ id }) => id);
  return ids.length === 0
    ? []
    : [
        `Your earlier use of break-glass has not been reviewed in time (${ids.join(', ')}): no further one until it is. Ask its owners to run \`curfew after-review\`, or ask without --break-glass.`,
      ];
}
