/** Says what would be decided on a request, without making it: nothing is written, nobody is asked. */
import { eligibleReviewers } from '#domain/catalog.ts';
import type { Caller } from '#domain/identity.ts';
import { needsOf } from '#domain/policy/approvals.ts';
import type { AccessRequest, Submission } from '#domain/request.ts';
import { askedForBy } from './asked-for-by.ts';
import { askedOf, type JudgeNeeds, judgeSubmission } from './judge-submission.ts';

export type Simulated = Pick<AccessRequest, 'subject' | 'asked' | 'resolved' | 'decision' | 'reviewers'>;

export async function simulateRequest(
  world: JudgeNeeds,
  { caller, submission }: { caller: Caller; submission: Submission },
): Promise<Simulated> {
  const { core, decision } = await judgeSubmission(world, askedForBy(world, caller, submission), {
    asked: askedOf(submission),
  });
  const { subject, asked, resolved } = core;
  return {
    subject,
    asked,
    resolved,
    decision,
    reviewers: eligibleReviewers(world.catalog, needsOf(decision), core.requester),
  };
}
