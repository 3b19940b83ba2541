/** A kill order in words: what it is for, how far it has come, and what keeps it. */
import type { KillView } from '#http/kill-view.ts';
import { safeText } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { when } from '../terminal/times.ts';

export function scopeWords({ kind, value }: { kind: string; value?: string | undefined }): string {
  return kind === 'everything' ? 'everything' : `${kind} ${safeText(value ?? '')}`;
}

type Pass = KillView['passes'][number];

/** `2 found, 1 ended, 1 still standing`, over all clusters of the latest pass. */
export function passWords({ clusters, denied, problem }: Pass): string {
  const sum = (of: 'found' | 'ended') => clusters.reduce((total, one) => total + one[of], 0);
  const unseen = clusters.filter((one) => one.problem !== undefined).length;
  return [
    `${sum('found')} found, ${sum('ended')} ended, ${sum('found') - sum('ended')} still standing`,
    ...(denied > 0 ? [`${denied} approved requests denied`] : []),
    ...(unseen > 0 ? [`trouble on ${unseen} of ${clusters.length} clusters`] : []),
    ...(problem === undefined ? [] : [safeText(problem)]),
  ].join(', ');
}

/** One line for each cluster on which something was found, or that could not be looked at. */
export function clusterLines({ clusters }: Pass): string[] {
  return clusters
    .filter(({ found, problem }) => found > 0 || problem !== undefined)
    .map(({ cluster, found, ended, problem }) => {
      const figures = `${found} found, ${ended} ended, ${found - ended} still standing`;
      return `  ${safeText(cluster)}: ${figures}${problem === undefined ? '' : ` (${safeText(problem)})`}`;
    });
}

export function killSummary(order: KillView): string[] {
  const { id, status, scope, by, reason, at, ended, doneAt, lifted, passes } = order;
  const head = `Kill switch for ${scopeWords(scope)} (${id}), by ${safeText(by)} ${when(at)}: ${safeText(reason)}`;
  if (lifted)
    return [head, `Lifted by ${safeText(lifted.by)} ${when(lifted.at)}: ${safeText(lifted.reason)}`];
  if (status === 'killed' && doneAt)
    return [head, `On. Nothing is left: ${ended} ended or denied, proven ${when(doneAt)}.`];
  const latest = passes.findLast(({ endedAt }) => endedAt !== undefined) ?? passes.at(-1);
  if (!latest) return [head, 'On. Ending what is live has not begun yet.'];
  const rows = latest.clusters.map((one) => [
    one.cluster,
    String(one.found),
    String(one.ended),
    String(one.found - one.ended),
    one.problem ?? '',
  ]);
  return [
    head,
    `On. ${ended} ended or denied so far, and not yet proven that nothing is left.`,
    ...table(['CLUSTER', 'FOUND', 'ENDED', 'STANDING', 'PROBLEM'], rows),
  ];
}
