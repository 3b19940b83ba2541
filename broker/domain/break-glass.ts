/** What a use of break-glass puts on record besides the request: whom to tell, and who has to look at it afterwards. */
import type { AfterReview, Notice } from './after-review.ts';
import { type Catalog, eligibleReviewers, reviewersOf } from './catalog.ts';
import { after, type Instant } from './instant.ts';
import { namesOf, otherThan } from './people.ts';
import type { Decision } from './policy/decision.ts';
import { membersOf } from './policy/review-needs.ts';
import type { AccessRequest, Asked } from './request.ts';

/** Both or none: none where it was refused, or asked for without break-glass. */
export function openedBy(
  catalog: Pick<Catalog, 'roles' | 'reviewers' | 'people' | 'operators'>,
  asked: Asked,
  { outcome }: Pick<Decision, 'outcome'>,
  now: Instant,
): { notice: Notice; afterReview: AfterReview } | undefined {
  const role = catalog.roles[asked.role];
  if (!asked.breakGlass || !role?.breakGlass || outcome === 'refuse') return undefined;
  const { notify, afterReview } = role.breakGlass;
  const { from, within } = afterReview;
  const told = [...notify, ...catalog.operators, ...reviewersOf(catalog, role), ...membersOf(catalog, from)];
  return {
    notice: { to: [...new Set(told)].sort(), sent: [], tries: 0, triedAt: now },
    afterReview: { from, openedAt: now, answerBy: after(now, within * 1000), reminders: 0 },
  };
}

/** Who may answer it now: its owners, and once it is overdue the operators; never the requester under any of their names. */
export function afterReviewersOf(
  catalog: Pick<Catalog, 'reviewers' | 'people' | 'operators'>,
  { afterReview, requester }: Pick<AccessRequest, 'afterReview' | 'requester'>,
  now: Instant,
): string[] {
  if (!afterReview) return [];
  const owners = eligibleReviewers(catalog, [{ count: 1, from: afterReview.from }], requester);
  if (now < afterReview.answerBy) return owners;
  return [
    ...new Set([...owners, ...otherThan(namesOf(catalog.people, requester), catalog.operators)]),
  ].sort();
}
