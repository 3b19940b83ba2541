/** After a use of break-glass: who may answer, when it is due, and how often people are reminded. */
import { describe, expect, it } from 'vitest';
import { type AfterReview, noticeDueAt, reminderDueAt } from '#domain/after-review.ts';
import { afterReviewersOf, openedBy } from '#domain/break-glass.ts';
import { NotAllowed, WrongStatus } from '#domain/errors.ts';
import { after as later } from '#domain/instant.ts';
import { dueAt, lifeDueAt } from '#domain/lifecycle.ts';
import type { AccessRequest, Status } from '#domain/request.ts';
import { answerAfterReview, noteNotice, noteReminder } from '#domain/transitions/after-review.ts';
import { aCatalog } from '../builders/catalog.ts';
import { aRequest } from '../builders/request.ts';

const openedAt = '2026-11-21T08:00:00.000Z';
const answerBy = '2026-11-22T08:00:00.000Z';
const fresh: AfterReview = { from: ['payments-leads'], openedAt, answerBy, reminders: 0 };
const at = '2026-11-21T10:00:00.000Z';

const used = (status: Status = 'revoked', changes: Partial<AfterReview> = {}): AccessRequest =>
  aRequest({ status, changes: { afterReview: { ...fresh, ...changes } } });

const answered = (
  request: AccessRequest,
  reviewer = 'rita@example.com',
  when = at,
  digest = request.digest,
) =>
  answerAfterReview(aCatalog(), request, {
    reviewer,
    verdict: 'accept',
    reason: 'as told',
    at: when,
    digest,
  });

describe('what break-glass opens', () => {
  const asked = { ...aRequest().asked, role: 'deployer', breakGlass: true as const };
  it('is a notice to its list, the reviewers of the role and the operators, and an after-review with owner and deadline', () => {
    expect(openedBy(aCatalog(), asked, { outcome: 'approve' }, openedAt)).toEqual({
      notice: {
        to: ['oncall@example.com', 'pat@example.com', 'rita@example.com', 'rob@example.com'],
        sent: [],
        tries: 0,
        triedAt: openedAt,
      },
      afterReview: fresh,
    });
  });
  it('is nothing where it was refused, or not asked for', () => {
    expect(openedBy(aCatalog(), asked, { outcome: 'refuse' }, openedAt)).toBeUndefined();
    const { breakGlass: _, ...usual } = asked;
    expect(openedBy(aCatalog(), usual, { outcome: 'approve' }, openedAt)).toBeUndefined();
  });
});

describe('an after-review', () => {
  it('is answered once, with its event, by an owner other than the requester', () => {
    const { request, event } = answered(used());
    expect(request).toMatchObject({
      status: 'revoked',
      afterReview: { answer: { reviewer: 'rita@example.com', verdict: 'accept' } },
    });
    expect(event).toMatchObject({ type: 'after-reviewed', actor: 'rita@example.com', status: 'revoked' });
    expect(request.audit).toEqual({ seq: event.seq, hash: event.hash });
    expect(() => answered(request, 'rob@example.com')).toThrow(WrongStatus);
  });

  it.each<Status>(['revoked', 'failed', 'denied', 'withdrawn', 'timed-out'])(
    'can be answered when it is %s',
    (status) => {
      expect(answered(used(status)).request.afterReview?.answer).toBeDefined();
    },
  );
  it.each<Status>(['pending', 'approved', 'scheduled', 'granting', 'active', 'revoking'])(
    'can not be answered while it is %s: what is still going on is no past',
    (status) => expect(() => answered(used(status))).toThrow(/once it is over/),
  );

  it.each(['alice@example.com', 'Alice@Example.com', 'alice+oncall@example.com'])(
    'is never answered by the requester, not as %s either',
    (name) => {
      const catalog = aCatalog((c) => c.reviewers['payments-leads']?.members.push(name));
      const request = used();
      const own = { reviewer: name, verdict: 'accept' as const, reason: 'x', at, digest: request.digest };
      expect(() => answerAfterReview(catalog, request, own)).toThrow(NotAllowed);
      expect(afterReviewersOf(catalog, request, answerBy)).not.toContain(name);
    },
  );
  it('is never answered by the requester under another name of their record', () => {
    const catalog = aCatalog((c) => {
      c.people = { 'alice@example.com': { aliases: ['asmith'] } };
      c.reviewers['payments-leads']?.members.push('asmith');
    });
    const request = aRequest({ status: 'revoked', changes: { afterReview: fresh } });
    const requester = { ...request.requester, sessionName: 'asmith' };
    const own = { reviewer: 'asmith', verdict: 'accept' as const, reason: 'x', at, digest: request.digest };
    expect(() => answerAfterReview(catalog, { ...request, requester }, own)).toThrow(
      'Nobody reviews their own',
    );
  });

  it('that is disputed is told to all who were told of the use, and one that is accepted to nobody', () => {
    const notice = { to: ['pat@example.com', 'rita@example.com'], sent: ['pat@example.com'], tries: 2 };
    const before = aRequest({
      status: 'revoked',
      changes: { afterReview: fresh, notice: { ...notice, triedAt: openedAt, sentAt: openedAt } },
    });
    const answer = { reviewer: 'rita@example.com', reason: 'No incident', at, digest: before.digest };
    const disputed = answerAfterReview(aCatalog(), before, { ...answer, verdict: 'dispute' }).request;
    expect(disputed.notice).toEqual({ to: notice.to, sent: [], tries: 0, triedAt: at });
    expect(disputed.dueAt).toBe(noticeDueAt(disputed));
    const mailed = { sent: notice.to, problem: '' };
    const told = noteNotice(disputed, mailed, { at: later(at, 60_000), actor: 'curfew:SweepGrants' });
    expect(told?.event.facts).toMatchObject({
      reason: 'everybody was told that the break-glass is disputed',
    });
    expect(told?.request.dueAt).toBeUndefined();
    const accepted = answerAfterReview(aCatalog(), before, { ...answer, verdict: 'accept' }).request;
    expect(accepted.notice).toBe(before.notice);
    expect(accepted.dueAt).toBeUndefined();
  });

  it('is answered by an operator only once it is overdue', () => {
    expect(() => answered(used(), 'pat@example.com', later(answerBy, -1))).toThrow(NotAllowed);
    expect(answered(used(), 'pat@example.com', answerBy).request.afterReview?.answer).toBeDefined();
  });
  it('is not answered by a stranger, overdue or not', () => {
    expect(() => answered(used(), 'bob@example.com', answerBy)).toThrow(/payments-leads does/);
  });
  it('is not answered of anything else than was shown', () => {
    expect(() => answered(used(), 'rita@example.com', at, '0'.repeat(64))).toThrow(/not what you were shown/);
  });
  it('is not there where nobody used break-glass', () => {
    expect(() => answered(aRequest({ status: 'revoked' }))).toThrow(/no after-review/);
  });
});

describe('a reminder', () => {
  const mailed = { sent: ['rita@example.com'], problem: '' };
  const failed = { sent: [], problem: 'SES did not answer.' };
  const actor = 'curfew:SweepGrants';
  /** Hours after its opening at which people are told, up to a number of them. */
  function times(count: number): number[] {
    let request = used();
    return Array.from({ length: count }, () => {
      const due = reminderDueAt(request) ?? expect.fail('It is never due again.');
      request = noteReminder(request, mailed, { at: due, actor })?.request ?? request;
      return (Date.parse(due) - Date.parse(openedAt)) / 3_600_000;
    });
  }
  it('comes ever more seldom, always at the deadline, and goes on until somebody answers', () => {
    expect(times(9)).toEqual([3, 9, 21, 24, 72, 168, 336, 504, 672]);
  });
  it('says from the deadline on that it is overdue', () => {
    const early = noteReminder(used(), mailed, { at: later(answerBy, -1), actor });
    expect(early?.event.type).toBe('after-review-reminded');
    expect(early?.request.afterReview?.escalatedAt).toBeUndefined();
    const late = noteReminder(used(), mailed, { at: answerBy, actor });
    expect(late?.event.type).toBe('after-review-overdue');
    expect(late?.request.afterReview?.escalatedAt).toBe(answerBy);
  });
  it('that reached nobody is tried again soon, and does not count', () => {
    const once = noteReminder(used(), failed, { at: answerBy, actor })?.request ?? used();
    expect(once.afterReview).toMatchObject({ reminders: 0, tries: 1 });
    expect(once.afterReview?.escalatedAt).toBeUndefined();
    expect(reminderDueAt(once)).toBe(later(answerBy, 60_000));
    const twice = noteReminder(once, failed, { at: answerBy, actor })?.request ?? once;
    expect(reminderDueAt(twice)).toBe(later(answerBy, 120_000));
    const told = noteReminder(twice, mailed, { at: answerBy, actor })?.request;
    expect(told?.afterReview).toMatchObject({ reminders: 1, escalatedAt: answerBy });
    expect(told?.afterReview?.tries).toBeUndefined();
  });
  it('is not due any more once somebody has answered', () => {
    const over = answered(used()).request;
    expect(reminderDueAt(over)).toBeUndefined();
    expect(over.dueAt).toBeUndefined();
    expect(noteReminder(over, mailed, { at: answerBy, actor })).toBeUndefined();
  });
});

describe('what is due', () => {
  const notice = { to: ['rita@example.com'], sent: [], tries: 0, triedAt: openedAt };
  it('is the notice a minute after it was asked for, however the grant goes', () => {
    const active = aRequest({ status: 'active', changes: { notice, afterReview: fresh } });
    expect(noticeDueAt(active)).toBe('2026-11-21T08:01:00.000Z');
    expect(dueAt(active)).toBe('2026-11-21T08:01:00.000Z');
    expect(lifeDueAt(active)).toBe(lifeDueAt(aRequest({ status: 'active' })));
  });
  it('is a final request as long as its after-review is open, and a live one by its end only', () => {
    expect(dueAt(used('revoked'))).toBe('2026-11-21T11:00:00.000Z');
    expect(lifeDueAt(used('revoked'))).toBeUndefined();
    expect(dueAt(used('active'))).toBe(lifeDueAt(used('active')));
    expect(dueAt(aRequest({ status: 'revoked' }))).toBeUndefined();
  });
  it('is a notice that failed again after ever longer pauses, until everybody was told', () => {
    let request = aRequest({ status: 'revoked', changes: { notice } });
    const pauses = Array.from({ length: 7 }, () => {
      const due = noticeDueAt(request) ?? expect.fail('It is never due again.');
      const pause = Date.parse(due) - Date.parse(request.notice?.triedAt ?? '');
      request =
        noteNotice(request, { sent: [], problem: 'down' }, { at: due, actor: 'x' })?.request ?? request;
      return pause / 60_000;
    });
    expect(pauses).toEqual([1, 1, 2, 4, 8, 16, 30]);
    const told = noteNotice(request, { sent: ['rita@example.com'], problem: '' }, { at, actor: 'x' });
    expect(told?.request.notice).toMatchObject({ sent: ['rita@example.com'], sentAt: at });
    expect(told?.request.notice?.problem).toBeUndefined();
    expect(told && noticeDueAt(told.request)).toBeUndefined();
  });
});
