/** Enough people other than the requester must be able to answer: what nobody can approve is refused at once. */
import { eligibleReviewers } from '../../catalog.ts';
import type { Finding } from '../decision.ts';
import type { Question } from '../guardrail.ts';
import { fewest, meet, needInWords, type ReviewNeed } from '../review-needs.ts';

/** Looks at what the other rules want, so it comes last. */
export function unmeetable(
  { catalog, requester, asked }: Pick<Question, 'catalog' | 'requester' | 'asked'>,
  findings: readonly Finding[],
): Finding[] {
  return findings.flatMap(({ rule, reviews = [] }) => {
    const able = eligibleReviewers(catalog, reviews, requester);
    return meet(catalog, reviews, new Set(able))
      ? []
      : [{ rule: 'reviewers', refuse: reasonOf(asked.role, rule, reviews, able) }];
  });
}

function reasonOf(role: string, rule: string, needs: readonly ReviewNeed[], able: readonly string[]): string {
  const wanted = needs.map(needInWords).join(' and ');
  return (
    `${rule === `role:${role}` ? `Role "${role}"` : `Rule ${rule}`} needs ${fewest(needs)} approvals by others (${wanted}), ` +
    `but only ${able.length} other people may review it.`
  );
}
