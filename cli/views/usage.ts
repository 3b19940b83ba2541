/** What was touched with a grant, in lines. */
import type { UsageView } from '#http/usage-view.ts';
import { safeText } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';

/** Nothing where no line of the audit log has told of it. */
export function usageInWords(usage: UsageView | undefined): string[] {
  if (!usage || (usage.requests === 0 && usage.removal.words.length === 0)) return [];
  const { requests, about, touched, moreTouched, refused, residual, moreResidual, removal } = usage;
  const rows = touched.map(({ resource, namespace = '', verbs, names, moreNames, done, refused: no }) => [
    resource,
    namespace,
    verbs.join(','),
    `${done}`,
    `${no}`,
    [...names, ...(moreNames > 0 ? [`and ${moreNames} more`] : [])].join(' '),
  ]);
  return [
    '',
    `Touched: ${about ? 'about ' : ''}${requests} requests, ${refused} refused (the cluster's audit log)`,
    ...table(['WHAT', 'NAMESPACE', 'HOW', 'DONE', 'REFUSED', 'NAMES'], rows),
    ...(moreTouched > 0 ? [`and ${moreTouched} more kinds of things`] : []),
    ...listed('From', usage.addresses),
    ...listed('With', usage.agents),
    ...listed('Ran', usage.commands),
    ...listed('Allowed by something else', usage.standing),
    ...(usage.uncertain > 0
      ? [`${usage.uncertain} of these may be of another grant of the same person`]
      : []),
    ...(removal.confirmed === 'yes' ? ['The API server tells that its RoleBindings are deleted'] : []),
    ...(removal.confirmed === 'no'
      ? [
          'No line of the audit log tells that its RoleBindings are deleted: lines are missing or on their way',
        ]
      : []),
    ...residual.map(({ severity, what }) => `May outlive it (${severity}): ${safeText(what)}`),
    ...(moreResidual > 0 ? [`and ${moreResidual} more that may outlive it`] : []),
  ];
}

function listed(what: string, { items, more }: UsageView['agents']): string[] {
  if (items.length === 0) return [];
  return [`${what}: ${items.map(safeText).join('; ')}${more > 0 ? `; and ${more} more` : ''}`];
}
