/** One request, whole: what a reviewer must see before answering, and what a requester wants to know afterwards. */
import { formatDuration } from '#domain/duration.ts';
import { inShort, rulesInWords } from '#domain/rules-in-words.ts';
import { grantedRules } from '#domain/task-rules.ts';
import type { Holding, RequestView } from '#http/request-view.ts';
import { pairs } from '../terminal/table.ts';
import { when, zoneName } from '../terminal/times.ts';
import { breakGlassRows } from './break-glass.ts';
import { reasonRows, reviewRows, riskRows, rows } from './decision.ts';
import { holdingsInWords } from './holdings.ts';
import { inAll, spanInWords, spanOf } from './span.ts';
import { askerOf, roleInWords, standing, whoAsked, whoGetsIn } from './words.ts';

/** For reviewers. */
export interface ToldBesides {
  /** What they are to think of before answering. */
  beware?: readonly string[];
  /** What else the one who asks has. */
  holds?: readonly Holding[] | undefined;
}

export function requestSummary(
  request: RequestView,
  { beware = [], holds }: ToldBesides = {},
  now: Date = new Date(),
): string[] {
  const { asked, decision, reviews, resolved } = request;
  const reviewed = reviews.map(({ reviewer, answer, reason, assurance }) => {
    const how = assurance === 'link' ? 'by mailed link' : 'signed';
    return `${reviewer} ${answer === 'approve' ? 'approved' : 'denied'} (${how})${reason ? `: ${reason}` : ''}`;
  });
  const span = spanOf(request);
  const granted = grantedRules(resolved);
  return pairs([
    ['Request', request.id],
    ['Status', `${request.status}: ${standing(request, now)}`],
    ['Asked by', `${askerOf(request) ?? whoAsked(request)}, ${when(request.createdAt, now)}`],
    ['Run', request.requester.workload?.runUrl],
    ['Access for', whoGetsIn(request)],
    ['Role', roleInWords(request)],
    [
      'Only',
      asked.allow && `${asked.allow.join('; ')} (by a role made for this request, within ${asked.role})`,
    ],
    ['In short', inShort(granted, asked.namespaces)],
    ...rows('Allows', rulesInWords(granted)),
    ...rows('Beware', beware),
    ['Cluster', asked.cluster],
    [asked.namespaces.length === 1 ? 'Namespace' : 'Namespaces', asked.namespaces.join(', ')],
    ['For', formatDuration(asked.durationSeconds)],
    ['Window', span && `${spanInWords(span, now)}; ${zoneName(new Date(span.from))}`],
    ['Extends', asked.extends],
    ['Total', inAll(request, now)],
    ['Reason', asked.reason],
    ['Ticket', asked.ticket],
    ...breakGlassRows(request, now),
    ...reasonRows(decision),
    ...reviewRows(decision, request.reviewers),
    ...riskRows(decision),
    ...rows('Has besides', holds && holdingsInWords(holds, now)),
    ...rows('Reviews', reviewed),
  ]);
}
