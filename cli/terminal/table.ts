/** Rows in aligned columns, as kubectl prints them. */
import { safeText } from './safe-text.ts';
import { wrap } from './wrap.ts';

const columns = () => (process.stdout.isTTY ? process.stdout.columns : 0);

/** Lines of a table; every cell is made safe to print. Lines wider than the terminal are cut; 0 = never. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  width = columns(),
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

/** Narrower than this, values stand under their names. */
const leastForValues = 24;

/** `name   value` pairs under each other, broken where the terminal ends (0 = never); pairs without a value are left out. */
export function pairs(list: readonly (readonly [string, string | undefined])[], width = columns()): string[] {
  const shown = list.filter(([, value]) => value !== undefined && value !== '');
  const names = Math.max(0, ...shown.map(([name]) => name.length));
  const beside = width === 0 || width - names - 2 >= leastForValues;
  return shown.flatMap(([name, value]) => {
    const indent = beside ? names + 2 : 2;
    const [first = '', ...rest] = wrap(safeText(value ?? ''), width && width - indent);
    const more = rest.map((line) => ' '.repeat(indent) + line);
    if (beside) return [name.padEnd(names + 2) + first, ...more];
    return [...(name ? [name] : []), `  ${first}`, ...more];
  });
}
