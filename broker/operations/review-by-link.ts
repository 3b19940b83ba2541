/** Shows and carries out a mailed review link: single use, bound to one reviewer and to the digest they were told. */
import { LinkUnusable, PasskeyRefused } from '#domain/errors.ts';
import type { AccessRequest, Review } from '#domain/request.ts';
import { linkHash, type ReviewLink } from '#domain/review-link.ts';
import { answer } from '#domain/transitions/answer.ts';
import type { World } from '#ports';
import { signalAnswer } from './answer-review.ts';
import { approveByPasskey, type PasskeyNeeds, usablePasskeys } from './approve-by-passkey.ts';
import { changeRecord, readRequest } from './change-record.ts';

export type LinkState = 'open' | 'used' | 'expired' | 'decided' | 'changed';

export interface OpenedLink {
  request: AccessRequest;
  link: ReviewLink;
  state: LinkState;
}

type Reads = Pick<World, 'clock' | 'records'>;

/** Changes nothing: mail scanners fetch links. Throws LinkUnusable where there is no such link. */
export async function openReviewLink(world: Reads, { secret }: { secret: string }): Promise<OpenedLink> {
  const link = await world.records.readLink(linkHash(secret));
  if (!link) throw new LinkUnusable('There is no such link. Open it from the mail again, without changes.');
  const request = await readRequest(world, link.requestId);
  return { request, link, state: stateOf(link, request, world.clock.now()) };
}

function stateOf(link: ReviewLink, request: AccessRequest, now: string): LinkState {
  if (link.usedAt) return 'used';
  if (request.status !== 'pending') return 'decided';
  if (link.digest !== request.digest) return 'changed';
  return now >= link.expiresAt || now >= request.reviewBy ? 'expired' : 'open';
}

const refusals: Record<Exclude<LinkState, 'open'>, string> = {
  used: 'This link was used already; each works once.',
  expired: 'The time to answer is over.',
  decided: 'The request was decided already.',
  changed: 'The request changed since this mail was sent; a newer mail has the link to what it is now.',
};

export interface LinkAnswer {
  secret: string;
  answer: Review['answer'];
  reason?: string;
  /** Digest of the page that was shown. */
  digest: string;
  /** What the reviewer's passkey signed on that page. */
  passkey?: { page: string; signed: string };
}

export async function reviewByLink(
  world: Pick<World, 'clock' | 'catalog' | 'records' | 'executions'> & PasskeyNeeds,
  input: LinkAnswer,
): Promise<AccessRequest> {
  const { link, state } = await openReviewLink(world, input);
  if (state !== 'open')
    throw new LinkUnusable(refusals[state], { details: { requestId: link.requestId, state } });
  const sureness = await surenessOf(world, input, link);
  const request = await changeRecord(world, link.requestId, (before) => {
    const at = world.clock.now();
    const review: Review = {
      reviewer: link.reviewer,
      answer: input.answer,
      ...(input.reason === undefined ? {} : { reason: input.reason }),
      at,
      ...sureness,
      digest: input.digest,
    };
    return { ...answer(world.catalog, before, review), usedLink: { hash: link.hash, at } };
  });
  await signalAnswer(world, request);
  return request;
}

/** A yes of somebody who has a passkey is given with it: their link alone may be in others' hands. A no is taken from whoever holds the link. */
async function surenessOf(
  world: PasskeyNeeds,
  { answer: given, digest, passkey }: LinkAnswer,
  { requestId, reviewer }: ReviewLink,
): Promise<Pick<Review, 'assurance' | 'passkey'>> {
  if (given === 'deny') return { assurance: 'link' };
  if (passkey) {
    const { page, signed } = passkey;
    const used = await approveByPasskey(world, { requestId, digest, reviewer, page }, signed);
    return { assurance: 'passkey', passkey: used };
  }
  if ((await usablePasskeys(world, reviewer)).length > 0)
    throw new PasskeyRefused(
      `Approving here takes the passkey of ${reviewer}, and your browser sent none. Press Approve again.`,
    );
  return { assurance: 'link' };
}
