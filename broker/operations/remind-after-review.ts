/** Reminds of an after-review that is open, and once it is overdue tells the operators too, ever more seldom until somebody answers. */
import { isOverdue, reminderDueAt } from '#domain/after-review.ts';
import { afterReviewersOf } from '#domain/break-glass.ts';
import { isFinal } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { noteReminder } from '#domain/transitions/after-review.ts';
import type { World } from '#ports';
import { changeRecord } from './change-record.ts';
import { sendMails } from './send-mails.ts';

type Needs = Pick<World, 'clock' | 'catalog' | 'records' | 'mailer' | 'messages' | 'metrics'>;

/** Does nothing before its time. Counts AfterReviewOverdue each time that somebody is told so. */
export async function remindAfterReview(world: Needs, seen: AccessRequest): Promise<void> {
  const now = world.clock.now();
  const due = reminderDueAt(seen);
  if (!isFinal(seen.status) || due === undefined || due > now) return;
  const late = isOverdue(seen, now);
  const people = afterReviewersOf(world.catalog, seen, now);
  const mailed = await sendMails(world, people, (person) =>
    world.messages.afterReviewMail(seen, person, late),
  );
  await changeRecord(world, seen.id, (before) =>
    reminderDueAt(before) === due
      ? noteReminder(before, mailed, { at: now, actor: 'curfew:SweepGrants' })
      : undefined,
  );
  if (late) world.metrics.count('AfterReviewOverdue', 1);
}
