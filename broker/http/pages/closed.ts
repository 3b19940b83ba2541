/** Pages of links that can't decide (any more): each says what happened and what to do. */
import { html } from 'hono/html';
import type { AccessRequest, Review } from '#domain/request.ts';
import { instantInWords } from '#mail/instant-in-words.ts';
import { requestInWords } from '#mail/request-in-words.ts';
import type { Problem } from '../problem.ts';
import { type Markup, notePage, type Page, page } from './layout.ts';

/** Where a request stands, to a reviewer. */
function standing(request: AccessRequest): string {
  const { status, grant, decision, reviews, asked } = request;
  const { startsAt } = asked;
  const approved = reviews.filter((review) => review.answer === 'approve').length;
  switch (status) {
    case 'pending':
      return `It has ${approved} of ${decision.reviewsNeeded} approvals and waits for the others until ${instantInWords(request.reviewBy)}.`;
    case 'scheduled':
      return `It is approved; access is opened when its time comes${startsAt ? `: ${instantInWords(startsAt)}` : ''}.`;
    case 'approved':
    case 'granting':
      return startsAt ? 'It is approved.' : 'It is approved; access is being opened.';
    case 'active':
      return `Access is open and ends by itself${grant ? `: ${instantInWords(grant.expiresAt)}` : ''}.`;
    case 'revoking':
      return request.standing
        ? `Access is over, and could not be taken away yet; Curfew goes on trying. ${request.standing.reason}`
        : 'Access is being ended right now.';
    case 'revoked':
      return 'Access was given and has ended.';
    case 'failed':
      return 'Access could not be opened; nothing was given.';
    case 'denied':
      return 'It was denied; nothing was given.';
    case 'withdrawn':
      return 'The one who asked took it back; nothing was given.';
    case 'timed-out':
      return 'Nobody answered in time; nothing was given.';
  }
}

const lastEntry = (request: AccessRequest) => request.history.at(-1);

/** What a reviewer can still do. */
function stillPossible(request: AccessRequest): Markup | string {
  const { status, id } = request;
  if (status === 'pending') return 'There is nothing left for you to do.';
  if (status === 'approved' || status === 'scheduled' || status === 'granting' || status === 'active')
    return html`You can take it back or end it early: <code>curfew revoke ${id}</code>`;
  return html`Its whole story: <code>curfew show ${id}</code>`;
}

function summary(request: AccessRequest, says: string): Markup {
  return html`<p>${says}</p>
    <p>${standing(request)}</p>
    <dl>
      <dt>Request</dt><dd>${requestInWords(request, []).headline}</dd>
      <dt>Id</dt><dd><code>${request.id}</code></dd>
    </dl>
    <p>${stillPossible(request)}</p>`;
}

const did = { approve: 'approved', deny: 'denied' } as const;

/** Right after an answer. */
export function answeredPage(request: AccessRequest, reviewer: string, answer: Review['answer']): Page {
  return page({
    status: 200,
    title: answer === 'approve' ? 'You approved this request' : 'You denied this request',
    reviewer,
    body: summary(request, 'Your answer is on record. You can close this page.'),
  });
}

/** The link's reviewer has answered, by this link or otherwise. */
export function usedPage(request: AccessRequest, reviewer: string): Page {
  const review = request.reviews.find((one) => one.reviewer === reviewer);
  const says = review
    ? `You ${did[review.answer]} it: ${instantInWords(review.at)}. A link works for one answer.`
    : 'A link works for one answer, and this one was used. If that was not you, tell your platform team.';
  return page({
    status: 410,
    title: 'This request has your answer already',
    reviewer,
    body: summary(request, says),
  });
}

export function expiredPage(request: AccessRequest, reviewer: string): Page {
  const says = `It could be answered until ${instantInWords(request.reviewBy)}. Your answer was not needed in the end, or came too late: no access was given on it.`;
  return page({ status: 410, title: 'The time to answer is over', reviewer, body: summary(request, says) });
}

/** Somebody else decided first, or the requester took it back. */
export function decidedPage(request: AccessRequest, reviewer: string): Page {
  const last = lastEntry(request);
  const says = last ? `By ${last.by}, ${instantInWords(last.at)}. It does not need you any more.` : '';
  return page({
    status: 410,
    title: 'This request was decided already',
    reviewer,
    body: summary(request, says),
  });
}

export function changedPage(reviewer: string): Page {
  return notePage({
    status: 410,
    title: 'The request is not what your mail says',
    reviewer,
    says: 'It changed after this mail was sent, so an answer to this mail would be an answer to something else.',
    next: 'Look for a newer mail about it, and answer from there. Nothing was recorded.',
  });
}

/** Never says whether a link like this ever was. */
export function unknownPage(): Page {
  return notePage({
    status: 410,
    title: 'This link is not known',
    says: 'It may have been cut short by a mail program, or it is very old.',
    next: html`Open it from the mail again, in full. Or answer with the command line: <code>curfew list --open</code>`,
  });
}

/** What a person can do, where a problem's own advice is for programs. */
const personsNext: Partial<Record<Problem['code'], string>> = {
  NotAllowed: 'Nothing was recorded. If you think that you should be able to answer, ask your platform team.',
  Unavailable:
    'Try again in a minute: open the link from the mail. It says whether your answer was recorded.',
};

export function problemPage(problem: Problem, headers: Record<string, string> = {}): Page {
  const { status, title, detail, code, instance } = problem;
  const again = 'Open the link from the mail again.';
  return notePage({
    status: status as Page['status'],
    title,
    says: detail,
    next: instance
      ? `${again} If this stays, give your platform team: ${instance}`
      : (personsNext[code] ?? again),
    headers,
  });
}
