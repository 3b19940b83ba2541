/** Rows in aligned columns, as kubectl prints them. */
import { safeText } from './safe-text.ts';

/** Lines of a table; every cell is made safe to print. Lines wider than the terminal are cut; 0 = never. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  width = process.stdout.isTTY ? process.stdout.columns : 0,
): string[] {
  const cells = [heading, ...rows.map((row) => row.map(safeText))];
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? '')].length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => {
      const characters = [...line];
      return width > 0 && characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : line;
    });
}

/** `name   value` pairs under each other; pairs without a value are left out. */
export function pairs(list: readonly (readonly [string, string | undefined])[]): string[] {
  const shown = list.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${safeText(value ?? '')}`);
}
