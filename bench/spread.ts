/** How a measure spreads: percentiles by nearest rank, and their table, in milliseconds. */

export interface Measure {
  name: string;
  /** Milliseconds. */
  values: readonly number[];
  /** What its percentiles are divided by. */
  reference?: readonly number[];
}

const columns = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['max', 1],
] as const;

/** The smallest value that a share of all are not above; NaN for none. With fewer than 100 values p99 is the greatest. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Three digits after the point below 10 ms, where one would hide the difference. */
const ms = (value: number) => value.toFixed(Math.abs(value) < 10 ? 3 : 1);

export function spreadTable(title: string, measures: readonly Measure[]): string {
  const head = [title, 'n', ...columns.map(([name]) => `${name} ms`), 'times the bare p50 / p99 / max'];
  const rows = measures.map(({ name, values, reference }) => [
    name,
    String(values.length),
    ...columns.map(([, share]) => ms(percentile(values, share))),
    reference
      ? columns
          .map(([, share]) => (percentile(values, share) / percentile(reference, share)).toFixed(1))
          .join(' / ')
      : '',
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((cells) => (cells[i] ?? '').length)));
  return [head, ...rows]
    .map((cells) =>
      cells
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
