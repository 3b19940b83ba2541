/** What follows a use of break-glass: a loud notice, and an after-review that stays open until somebody else has answered it. */
import { after, earliest, type Instant } from './instant.ts';
import { mailPauseMs } from './mail-pause.ts';

/** Mail that says who takes access by break-glass, and once more where that is disputed; it asks for nothing and holds no link. */
export interface Notice {
  to: string[];
  sent: string[];
  tries: number;
  /** The last try; when it was asked for, before the first. */
  triedAt: Instant;
  /** When all of them had been mailed. */
  sentAt?: Instant;
  /** Why some mail could not be sent at the last try, in words. */
  problem?: string;
}

export interface AfterReviewAnswer {
  reviewer: string;
  verdict: 'accept' | 'dispute';
  reason: string;
  at: Instant;
  /** Digest of what they were shown. */
  digest: string;
}

export interface AfterReview {
  /** Reviewer groups that own it: any of their members answers, other than the requester. */
  from: string[];
  openedAt: Instant;
  answerBy: Instant;
  /** Reminders that were sent. */
  reminders: number;
  /** The last reminder, or try of one. */
  remindedAt?: Instant;
  /** Tries in a row that failed. */
  tries?: number;
  /** When it was first told to the operators that it is overdue. */
  escalatedAt?: Instant;
  answer?: AfterReviewAnswer;
}

/** What of a request its after-review needs. */
export interface Aftermath {
  notice?: Notice;
  afterReview?: AfterReview;
}

const isOpen = (review: AfterReview | undefined): review is AfterReview =>
  review !== undefined && review.answer === undefined;

export function isAfterReviewOpen({ afterReview }: Aftermath): boolean {
  return isOpen(afterReview);
}

export function isDisputed({ afterReview }: Aftermath): boolean {
  return afterReview?.answer?.verdict === 'dispute';
}

export function isOverdue({ afterReview }: Aftermath, now: Instant): boolean {
  return isOpen(afterReview) && now >= afterReview.answerBy;
}

/** When the notice has to be tried next; undefined once everybody was told. */
export function noticeDueAt({ notice }: Aftermath): Instant | undefined {
  return notice && notice.sentAt === undefined ? after(notice.triedAt, mailPauseMs(notice.tries)) : undefined;
}

/** The first reminder comes after this part of the time there is, each further one after twice the pause. */
const firstPart = 1 / 8;
const shortestPauseMs = 60_000;
const longestPauseMs = 7 * 24 * 3_600_000;

/** When to remind of it next; undefined once it is answered. Its deadline is always one of these instants. */
export function reminderDueAt({ afterReview }: Aftermath): Instant | undefined {
  if (!isOpen(afterReview)) return undefined;
  const { openedAt, answerBy, reminders, remindedAt = openedAt, tries = 0, escalatedAt } = afterReview;
  if (tries > 0) return after(remindedAt, mailPauseMs(tries));
  const first = Math.max((Date.parse(answerBy) - Date.parse(openedAt)) * firstPart, shortestPauseMs);
  const next = after(remindedAt, Math.min(first * 2 ** reminders, longestPauseMs));
  return escalatedAt === undefined ? earliest(next, answerBy) : next;
}
