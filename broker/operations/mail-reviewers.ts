/** Mails every reviewer who has not been mailed yet; a repeat mails only those who are left. */
import { Unavailable } from '#domain/errors.ts';
import { amend } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { linkHash } from '#domain/review-link.ts';
import type { World } from '#ports';
import { changeRecord, readRequest } from './change-record.ts';

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
  const sent: string[] = [];
  for (const [reviewer, secret] of secrets) {
    if (await sendOne(world, before, reviewer, secret)) sent.push(reviewer);
  }
  return recordSent(world, requestId, sent);
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
        facts: { links: newLinks.map(({ reviewer, expiresAt }) => ({ reviewer, expiresAt })) },
      }),
      newLinks,
    };
  });
}

async function sendOne(
  world: Needs,
  request: AccessRequest,
  reviewer: string,
  secret: string,
): Promise<boolean> {
  try {
    await world.mailer.send(world.messages.reviewMail(request, reviewer, secret));
    return true;
  } catch (error) {
    if (error instanceof Unavailable) return false;
    throw error;
  }
}

async function recordSent(world: Needs, requestId: string, sent: string[]): Promise<AccessRequest> {
  return changeRecord(world, requestId, (before) => {
    if (before.status !== 'pending' || sent.length === 0) return undefined;
    const at = world.clock.now();
    const notified = [...new Set([...before.notified, ...sent])];
    const all = before.reviewers.every((reviewer) => notified.includes(reviewer));
    return amend(before, {
      at,
      actor: 'curfew:AskReviewers',
      reason: all ? 'all reviewers mailed' : 'some reviewers mailed; the sweep mails the others',
      type: 'reviewers-asked',
      facts: { mailed: sent },
      changes: { notified, ...(all ? { notifiedAt: at } : {}) },
    });
  });
}
