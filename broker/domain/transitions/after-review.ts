/** What is noted after a use of break-glass: that people were told, reminded, and what the one who looked back has answered. */
import {
  type AfterReviewAnswer,
  isAfterReviewOpen,
  isDisputed,
  isOverdue,
  type Notice,
} from '../after-review.ts';
import { afterReviewersOf } from '../break-glass.ts';
import type { Catalog } from '../catalog.ts';
import { NotAllowed, WrongStatus } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Advanced, amend, isFinal } from '../lifecycle.ts';
import { canonicalPerson, mayBeSame, namesOf } from '../people.ts';
import type { AccessRequest } from '../request.ts';

/** Of one try to send mail. */
export interface Mailed {
  sent: readonly string[];
  /** Why some mail could not be sent, in words; empty where all were. */
  problem: string;
}

/** Undefined where everybody was told before. */
export function noteNotice(
  before: AccessRequest,
  { sent, problem }: Mailed,
  { at, actor }: { at: Instant; actor: string },
): Advanced | undefined {
  const { notice } = before;
  if (!notice || notice.sentAt !== undefined) return undefined;
  const { problem: _, ...rest } = notice;
  const told = [...new Set([...notice.sent, ...sent])].sort();
  const changed: Notice = {
    ...rest,
    sent: told,
    tries: notice.tries + 1,
    triedAt: at,
    ...(notice.to.every((one) => told.includes(one)) ? { sentAt: at } : {}),
    ...(problem ? { problem } : {}),
  };
  const what = isDisputed(before) ? 'that the break-glass is disputed' : 'of the break-glass';
  const reason = problem
    ? `not everybody could be told ${what}; trying again: ${problem}`
    : `everybody was told ${what}`;
  const facts = { mailed: [...sent] };
  return amend(before, { at, actor, reason, type: 'notice-sent', facts, changes: { notice: changed } });
}

/** Undefined where it is answered. A round that reached nobody is tried again soon; one that reached somebody counts. */
export function noteReminder(
  before: AccessRequest,
  { sent, problem }: Mailed,
  { at, actor }: { at: Instant; actor: string },
): Advanced | undefined {
  const { afterReview } = before;
  if (!afterReview || !isAfterReviewOpen(before)) return undefined;
  const late = isOverdue(before, at);
  const { tries = 0, ...rest } = afterReview;
  const failed = sent.length === 0 && problem !== '';
  const changed = failed
    ? { ...rest, remindedAt: at, tries: tries + 1 }
    : {
        ...rest,
        remindedAt: at,
        reminders: rest.reminders + 1,
        ...(late && rest.escalatedAt === undefined ? { escalatedAt: at } : {}),
      };
  return amend(before, {
    at,
    actor,
    type: late ? 'after-review-overdue' : 'after-review-reminded',
    reason: `${late ? 'the after-review is overdue' : 'the after-review is still open'}${problem ? `; not everybody could be told: ${problem}` : ''}`,
    facts: { mailed: [...sent], answerBy: afterReview.answerBy },
    changes: { afterReview: changed },
  });
}

/** Throws NotAllowed for whoever may not answer, WrongStatus where nothing is open, access still stands, or another thing was shown. */
export function answerAfterReview(
  catalog: Pick<Catalog, 'reviewers' | 'people' | 'operators'>,
  before: AccessRequest,
  answer: AfterReviewAnswer,
): Advanced {
  const { afterReview, id, status } = before;
  refuseUnlessTheirs(catalog, before, answer);
  const refuse = (why: string) => new WrongStatus(why, { details: { requestId: id, status } });
  if (!afterReview) throw refuse(`Request ${id} was not made by break-glass: it has no after-review.`);
  if (afterReview.answer)
    throw refuse(`${afterReview.answer.reviewer} has answered the after-review of ${id} already.`);
  if (!isFinal(status))
    throw refuse(
      `Request ${id} is ${status}: it is reviewed once it is over. To end it now: \`curfew revoke ${id}\`, as an operator.`,
    );
  if (answer.digest !== before.digest)
    throw refuse(`Request ${id} is not what you were shown. Look at it again, then answer.`);
  return amend(before, {
    at: answer.at,
    actor: answer.reviewer,
    type: 'after-reviewed',
    reason: `${answer.verdict === 'accept' ? 'accepted' : 'disputed'}: ${answer.reason}`,
    facts: { afterReview: { ...answer } },
    changes: { afterReview: { ...afterReview, answer }, ...told(before, answer) },
  });
}

/** A dispute is told to all who were told of the use: it is for people to go after, so they have to know. */
function told({ notice }: AccessRequest, { verdict, at }: AfterReviewAnswer): Pick<AccessRequest, 'notice'> {
  if (verdict === 'accept' || !notice) return {};
  return { notice: { to: notice.to, sent: [], tries: 0, triedAt: at } };
}

function refuseUnlessTheirs(
  catalog: Pick<Catalog, 'reviewers' | 'people' | 'operators'>,
  before: AccessRequest,
  { reviewer, at }: AfterReviewAnswer,
): void {
  const { requester, afterReview } = before;
  const person = canonicalPerson(reviewer);
  const own = [...namesOf(catalog.people, requester), requester.key];
  if (own.some((name) => mayBeSame(name, person)))
    throw new NotAllowed('Nobody reviews their own use of break-glass. Somebody else has to.');
  if (afterReview && !afterReviewersOf(catalog, before, at).includes(person))
    throw new NotAllowed(
      `${person} does not review this: ${afterReview.from.join(', ')} does, and, once it is overdue, the operators.`,
    );
}
