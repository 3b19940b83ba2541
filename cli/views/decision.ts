/** A decision in words: what it comes to, who has to answer, how risky it is and why. */
import { formatDuration } from '#domain/duration.ts';
import { needInWords } from '#domain/policy/review-needs.ts';
import type { RequestView } from '#http/request-view.ts';
import { safeText } from '../terminal/safe-text.ts';
import { people } from './words.ts';

type Decision = RequestView['decision'];
export type Row = readonly [label: string, value: string | undefined];

/** One row per line; the label stands at the first of several. */
export const rows = (label: string, lines: readonly string[] = []): Row[] =>
  lines.map((line, i) => [i === 0 ? label : '', safeText(line)]);

export function reviewRows(
  { reviews, reviewsNeeded, assurance }: Decision,
  reviewers: readonly string[],
): Row[] {
  if (reviewsNeeded === 0) return [];
  const surely = { link: '', signed: ', signed with their own identity', passkey: ', by passkey' }[assurance];
  const several = reviews.length > 1 || reviews.some(({ needs }) => needs.length > 1);
  return [
    ['Reviewers', `${people(reviewers)}; ${reviewsNeeded} must approve${surely}`],
    ...(several
      ? rows(
          '',
          reviews.flatMap(({ rule, needs }) => `${needs.map(needInWords).join(' and ')} (${rule})`),
        )
      : []),
  ];
}

export function riskRows({ risk }: Decision): Row[] {
  if (risk.factors.length === 0) return [];
  return [
    ['Risk', `${risk.score} of 100`],
    ...rows(
      '',
      risk.factors.map(({ points, why }) => `+${points} ${why}`),
    ),
  ];
}

export function reasonRows({ outcome, reasons }: Decision): Row[] {
  return rows(outcome === 'refuse' ? 'Refused' : 'Stricter', reasons);
}

export function capRow({ capSeconds }: Decision): Row {
  return ['At most', capSeconds === undefined ? undefined : formatDuration(capSeconds)];
}
