/** Mails every reviewer who has not been mailed yet; a repeat mails only those who are left. */
import { amend } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { linkHash } from '#domain/review-link.ts';
import type { World } from '#ports';
import { changeRecord, readRequest } from './change-record.ts';
import { type Sent, sendMails } from './send-mails.ts';

type Needs = Pick<World, 'clock' | 'ids' | 'records' | 'mailer' | 'messages'>;

export async function mailReviewers(
  world: Needs,
  { requestId }: { requestId: string },
): Promise<AccessRequest> {
  const before = await readRequest(world, requestId);
  const left = before.reviewers.filter((reviewer) => !before.notified.includes(reviewer));
  if (before.status !== 'pending' || left.length === 0) return before;

  const secrets = new Map(left.map((reviewer) => [reviewer, world.ids.secret()]));
  await keepLinks(world, before, secrets);
  const mailed = await sendMails(world, left, (reviewer) =>
    world.messages.reviewMail(before, reviewer, secrets.get(reviewer) ?? ''),
  );
  return recordSent(world, requestId, mailed);
}

/** Links are kept before any mail leaves, so that no mail carries one that is unknown. */
async function keepLinks(world: Needs, seen: AccessRequest, secrets: Map<string, string>): Promise<void> {
  await changeRecord(world, seen.id, (before) => {
    if (before.status !== 'pending') return undefined;
    const newLinks = [...secrets].map(([reviewer, secret]) => ({
      hash: linkHash(secret),
      requestId: before.id,
      reviewer,
      digest: before.digest,
      expiresAt: before.reviewBy,
    }));
    const step = {
      at: world.clock.now(),
      actor: 'curfew:AskReviewers',
      reason: 'links made',
      type: 'reviewers-asked' as const,
    };
    return {
      ...amend(before, {
        ...step,
        changes: { mailTries: (before.mailTries ?? 0) + 1 },
        facts: { links: newLinks.map(({ reviewer, expiresAt }) => ({ reviewer, expiresAt })) },
      }),
      newLinks,
    };
  });
}

/** A problem is written once and not at every try: the sweep may meet it each minute for hours. */
async function recordSent(world: Needs, requestId: string, { sent, problem }: Sent): Promise<AccessRequest> {
  return changeRecord(world, requestId, (before) => {
    const { mailProblem = '', ...rest } = before;
    const nothingNew = sent.length === 0 && problem === mailProblem;
    if (before.status !== 'pending' || nothingNew) return undefined;
    const at = world.clock.now();
    const notified = [...new Set([...before.notified, ...sent])];
    const all = before.reviewers.every((reviewer) => notified.includes(reviewer));
    const changes = {
      notified,
      ...(all ? { notifiedAt: at } : {}),
      ...(problem ? { mailProblem: problem } : {}),
    };
    const reason = problem
      ? `not every mail could be sent; trying again: ${problem}`
      : 'all reviewers mailed';
    const step = { at, actor: 'curfew:AskReviewers', reason, type: 'reviewers-asked' as const, changes };
    return amend(rest, { ...step, facts: { mailed: sent } });
  });
}
