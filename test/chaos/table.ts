/** What came of a run, as a table for people: each state under each fault, and how long its end took. */
import type { Outcome } from './round.ts';

const headings = [
  'fault',
  'struck while',
  'ended',
  'Forbidden after expiry',
  'after healing',
  'record closed after healing',
  '',
];

const seconds = (ms: number) => `${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1000).toFixed(1)} s`;

function row(outcome: Outcome): string[] {
  const { fault, state, ended, expiresAt, healedAt, lastAllowedAt, refusedAt, closedAt, faults } = outcome;
  const hadAccess = lastAllowedAt !== undefined && refusedAt !== undefined;
  return [
    fault,
    state,
    ended,
    hadAccess && expiresAt !== undefined ? seconds(refusedAt - expiresAt) : 'no access',
    hadAccess ? seconds(refusedAt - healedAt) : '',
    seconds(closedAt - healedAt),
    faults.join('; '),
  ];
}

export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = [headings, ...outcomes.map(row)];
  const widths = headings.map((_, i) => Math.max(...rows.map((cells) => (cells[i] ?? '').length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
