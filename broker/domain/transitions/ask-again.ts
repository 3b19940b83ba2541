/** From approved back to pending: what would be granted now is not what was approved, so its reviewers are asked for exactly that. */
import type { Instant } from '../instant.ts';
import { type Advanced, advance } from '../lifecycle.ts';
import type { Decision } from '../policy/decision.ts';
import { type AccessRequest, type Resolved, requestDigest } from '../request.ts';

/** As it stands now, by the catalog and policy of this moment. */
export interface Anew {
  resolved: Resolved;
  decision: Decision;
  /** Who may answer now. */
  reviewers: string[];
  /** What has changed, for those who are asked again. */
  reason: string;
}

/** Earlier answers and links were for another digest: none of them counts any more. The time to answer stays as it was. */
export function askAgain(before: AccessRequest, anew: Anew, at: Instant, actor: string): Advanced {
  const { openBy: _, notifiedAt: __, mailProblem: ___, mailTries: ____, waiting: _____, ...kept } = before;
  const { resolved, decision, reviewers, reason } = anew;
  const digest = requestDigest({ ...before, resolved });
  const { clusterRole, task } = resolved;
  const facts = {
    ...{ clusterRole, digest, decision: { ...decision }, reviewers },
    ...(task ? { task: { ...task } } : {}),
  };
  const changes = { resolved, decision, reviewers, reviews: [], notified: [] };
  return advance({ ...kept, digest }, 'pending', { at, actor, type: 'asked-again', reason, facts, changes });
}

/** Why it was asked again, where it was: the last time counts. */
export function askedAgainBecause({ history }: Pick<AccessRequest, 'history'>): string | undefined {
  return history.findLast(({ status }, i) => status === 'pending' && i > 0)?.reason;
}
