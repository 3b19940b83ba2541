/** Enough people other than the requester must be able to answer. */
import { eligibleReviewers } from '../../catalog.ts';
import type { Guardrail } from '../guardrail.ts';

export const reviewers: Guardrail = ({ catalog, asked, requester, role }) => {
  if (!role) return [];
  const eligible = eligibleReviewers(catalog, role, requester).length;
  return eligible >= role.reviews.required
    ? []
    : [
        {
          rule: 'reviewers',
          effect: 'refuse',
          reason: `Role "${asked.role}" needs ${role.reviews.required} approvals by others, but only ${eligible} other people may review it.`,
        },
      ];
};
