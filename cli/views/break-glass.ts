/** A use of break-glass in words: what was set aside, who was told, and how its after-review stands. */
import type { RequestView } from '#http/request-view.ts';
import { safeText } from '../terminal/safe-text.ts';
import { relative, when } from '../terminal/times.ts';
import type { Row } from './decision.ts';
import { people } from './words.ts';

export function breakGlassRows(request: RequestView, now: Date = new Date()): Row[] {
  const { asked, decision, notice, afterReview } = request;
  if (!asked.breakGlass) return [];
  const { waived = [] } = decision;
  return [
    ['Break-glass', safeText(waived.length > 0 ? `yes; set aside: ${waived.join(', ')}` : 'yes')],
    ['Told', notice && `${people(notice.sent)}${toldStill(notice)}`],
    ['After-review', afterReview && afterReviewWords(afterReview, now)],
  ];
}

function toldStill({ to, sent, problem }: NonNullable<RequestView['notice']>): string {
  const left = to.filter((person) => !sent.includes(person));
  if (left.length === 0) return '';
  return `; not yet: ${people(left)}${problem ? ` (${safeText(problem)})` : ''}`;
}

type AfterReview = NonNullable<RequestView['afterReview']>;

function afterReviewWords({ answer, answerBy, from }: AfterReview, now: Date): string {
  if (answer) {
    const verb = answer.verdict === 'accept' ? 'accepted' : 'disputed';
    return safeText(`${verb} by ${answer.reviewer}, ${when(answer.at, now)}: ${answer.reason}`);
  }
  const late = Date.parse(answerBy) <= now.getTime();
  return safeText(
    `${late ? 'overdue since' : 'open, to be answered by'} ${when(answerBy, now)}; by ${from.join(' or ')}${late ? ' or an operator' : ''}`,
  );
}

/** For tables: `after-review in 23h`, `after-review overdue`; undefined where none is open. */
export function afterReviewShort({ afterReview }: RequestView, now: Date = new Date()): string | undefined {
  if (!afterReview || afterReview.answer) return undefined;
  const late = Date.parse(afterReview.answerBy) <= now.getTime();
  return `after-review ${late ? 'overdue' : relative(afterReview.answerBy, now)}`;
}
