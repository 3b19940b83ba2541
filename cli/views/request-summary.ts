/** One request, whole: what a reviewer must see before answering, and what a requester wants to know afterwards. */
import { formatDuration } from '#domain/duration.ts';
import { rulesInWords } from '#domain/rules-in-words.ts';
import { grantedRules } from '#domain/task-rules.ts';
import type { RequestView } from '#http/request-view.ts';
import { pairs } from '../terminal/table.ts';
import { when, zoneName } from '../terminal/times.ts';
import { breakGlassRows } from './break-glass.ts';
import { reasonRows, reviewRows, riskRows } from './decision.ts';
import { inAll, spanInWords, spanOf } from './span.ts';
import { roleInWords, standing, whoAsked, whoGetsIn } from './words.ts';

/** `beware`: what a reviewer is to think of before answering. */
export function requestSummary(
  request: RequestView,
  beware: readonly string[] = [],
  now: Date = new Date(),
): string[] {
  const { asked, decision, reviews, resolved } = request;
  const reviewed = reviews.map(({ reviewer, answer, reason, assurance }) => {
    const how = assurance === 'link' ? 'by mailed link' : 'signed';
    return `${reviewer} ${answer === 'approve' ? 'approved' : 'denied'} (${how})${reason ? `: ${reason}` : ''}`;
  });
  const span = spanOf(request);
  const granted = rulesInWords(grantedRules(resolved));
  return pairs([
    ['Request', request.id],
    ['Status', `${request.status}: ${standing(request, now)}`],
    ['Asked by', `${whoAsked(request)}, ${when(request.createdAt, now)}`],
    ['Run', request.requester.workload?.runUrl],
    ['Access for', whoGetsIn(request)],
    ['Role', roleInWords(request)],
    [
      'Only',
      asked.allow && `${asked.allow.join('; ')} (by a role made for this request, within ${asked.role})`,
    ],
    ...granted.map((line, i) => [i === 0 ? 'Allows' : '', line] as const),
    ...beware.map((line, i) => [i === 0 ? 'Beware' : '', line] as const),
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
    ...reviewed.map((line, i) => [i === 0 ? 'Reviews' : '', line] as const),
  ]);
}
