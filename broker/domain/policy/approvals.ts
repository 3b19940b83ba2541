/** Which reviews of a request count, and whether they are enough. */
import type { Catalog } from '../catalog.ts';
import { eligibleReviewers } from '../catalog.ts';
import type { AccessRequest } from '../request.ts';
import { type Assurance, assurances, type Decision } from './decision.ts';
import { meet } from './review-needs.ts';

type Reviewed = Pick<AccessRequest, 'reviews' | 'digest' | 'requester'>;

export function isSureEnough(given: Assurance, wanted: Assurance): boolean {
  return assurances.indexOf(given) >= assurances.indexOf(wanted);
}

/** The first rule of a decision whose reviews are not met; by who may review now, of exactly what is on the record, as surely as it has to be. */
export function unmetBy(
  catalog: Pick<Catalog, 'reviewers' | 'people'>,
  { reviews: rules, assurance }: Pick<Decision, 'reviews' | 'assurance'>,
  { reviews, digest, requester }: Reviewed,
): Decision['reviews'][number] | undefined {
  const yes = reviews
    .filter(
      (review) =>
        review.answer === 'approve' && review.digest === digest && isSureEnough(review.assurance, assurance),
    )
    .map(({ reviewer }) => reviewer);
  return rules.find(({ needs }) => {
    const able = eligibleReviewers(catalog, needs, requester);
    return !meet(catalog, needs, new Set(yes.filter((reviewer) => able.includes(reviewer))));
  });
}

/** All needs of a decision, of whatever rule. */
export const needsOf = ({ reviews }: Pick<Decision, 'reviews'>) => reviews.flatMap(({ needs }) => needs);
