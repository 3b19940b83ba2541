/** Where two JSON values differ, as a person can read it. */

export interface Difference {
  /** `spec.validations[2].expression` and so on; a list of another length is one difference. */
  path: string;
  /** Undefined where there is nothing. */
  from: unknown;
  to: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Empty when they are equal. */
export function differences(from: unknown, to: unknown, path = ''): Difference[] {
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    return from.flatMap((item, i) => differences(item, to[i], `${path}[${i}]`));
  }
  if (isObject(from) && isObject(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) => differences(from[key], to[key], path ? `${path}.${key}` : key));
  }
  return Object.is(from, to) ? [] : [{ path, from, to }];
}

export function changedPaths(from: unknown, to: unknown): string[] {
  return differences(from, to).map(({ path }) => path);
}

/** How much of each side is shown, in characters. */
const window = 90;

/** `spec.failurePolicy: "Ignore" -> "Fail"`; of long values the part where they begin to differ. */
export function inOneLine({ path, from, to }: Difference): string {
  const [before, after] = [from, to].map((side) => (side === undefined ? 'nothing' : JSON.stringify(side)));
  if (before === undefined || after === undefined) return path;
  const same = [...before].findIndex((letter, i) => letter !== after[i]);
  const start = Math.max(0, (same < 0 ? before.length : same) - window / 3);
  const part = (text: string) =>
    text.length <= window
      ? text
      : `${start > 0 ? '…' : ''}${text.slice(start, start + window)}${start + window < text.length ? '…' : ''}`;
  return `${path}: ${part(before)} -> ${part(after)}`;
}
