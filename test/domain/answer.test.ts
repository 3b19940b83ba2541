/** Who may answer a request, until when, of what, and how often; each rule by itself, without the ones around it. */
import { describe, expect, it } from 'vitest';
import { NotAllowed, WrongStatus } from '#domain/errors.ts';
import { after } from '#domain/instant.ts';
import type { AccessRequest, Review } from '#domain/request.ts';
import { answer } from '#domain/transitions/answer.ts';
import { aCaller } from '../builders/caller.ts';
import { aCatalog } from '../builders/catalog.ts';
import { aDecision, aRequest } from '../builders/request.ts';

const asked = aRequest();
const two = aRequest({
  changes: { decision: aDecision('role:pod-reader', 2) },
});

const review = (request: AccessRequest, changes: Partial<Review> = {}): Review => ({
  reviewer: 'rita@example.com',
  answer: 'approve',
  at: after(request.createdAt, 60_000),
  assurance: 'signed',
  digest: request.digest,
  ...changes,
});

const answered = (request: AccessRequest, changes: Partial<Review> = {}, catalog = aCatalog()) =>
  answer(catalog, request, review(request, changes)).request;

it('of one who may, in time, of what was shown, decides', () => {
  expect(answered(asked).status).toBe('approved');
  expect(answered(asked, { answer: 'deny' }).status).toBe('denied');
});

describe('an answer is refused', () => {
  it('from the one who asked, though every list names them as a reviewer, by their own edit or not (N02, N03, N04)', () => {
    const { requester } = asked;
    const own = { ...asked, reviewers: [...asked.reviewers, requester.key] };
    expect(() => answered(own, { reviewer: requester.key })).toThrow(/Nobody answers their own request/);
    expect(() => answered(own, { reviewer: ` ${requester.key.toUpperCase()}` })).toThrow(
      /Nobody answers their own request/,
    );
    const session = aRequest({ caller: aCaller('ci') });
    const listed = { ...session, reviewers: [session.requester.key] };
    expect(() => answered(listed, { reviewer: session.requester.key })).toThrow(NotAllowed);
  });

  it('from one who was asked, and was taken off the catalog since (N13)', () => {
    const catalog = aCatalog();
    for (const group of Object.values(catalog.reviewers)) group.members = ['rob@example.com'];
    expect(() => answered(asked, {}, catalog)).toThrow(NotAllowed);
    expect(answered(asked, { reviewer: 'rob@example.com' }, catalog).status).toBe('approved');
  });

  it('from one whom the catalog names now, and who was not asked', () => {
    const unasked = { ...asked, reviewers: ['rob@example.com'] };
    expect(() => answered(unasked)).toThrow(NotAllowed);
  });

  it.each([
    'approved',
    'scheduled',
    'granting',
    'active',
    'revoking',
    'revoked',
    'failed',
    'denied',
    'withdrawn',
    'timed-out',
  ] as const)('once the request is %s (N10)', (status) => {
    const decided = aRequest({ status, changes: { reviews: [] } });
    expect(() => answered(decided)).toThrow(WrongStatus);
    expect(() => answered(decided)).toThrow(/nothing left to answer/);
  });

  it('from the last instant of its window on (N10)', () => {
    expect(answered(asked, { at: after(asked.reviewBy, -1) }).status).toBe('approved');
    expect(() => answered(asked, { at: asked.reviewBy })).toThrow(WrongStatus);
  });

  it.each(['approve', 'deny'] as const)(
    'when it says %s to something else than stands there (N18)',
    (what) => {
      expect(() => answered(asked, { answer: what, digest: 'f'.repeat(64) })).toThrow(
        /not what you were shown/,
      );
    },
  );
});

describe('where two have to approve', () => {
  it('one does not suffice, twice neither (N11)', () => {
    const once = answered(two);
    expect(once.status).toBe('pending');
    expect(() => answered(once)).toThrow(/You answered request .* already/);
    expect(answered(once, { reviewer: 'rob@example.com' }).status).toBe('approved');
  });

  it('an approval of something else does not count, though it is on record (N18)', () => {
    const once = { ...two, reviews: [review(two, { digest: 'f'.repeat(64) })] };
    expect(answered(once, { reviewer: 'rob@example.com' }).status).toBe('pending');
  });

  it('one no is enough', () => {
    expect(answered(answered(two), { reviewer: 'rob@example.com', answer: 'deny' }).status).toBe('denied');
  });
});
