/** Where two JSON values differ, as paths that a person can read. */

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `spec.validations[2].expression` and so on; a list of another length is one difference. Empty when they are equal. */
export function changedPaths(from: unknown, to: unknown, at = ''): string[] {
  if (Array.isArray(from) && Array.isArray(to)) {
    if (from.length !== to.length) return [at];
    return from.flatMap((item, i) => changedPaths(item, to[i], `${at}[${i}]`));
  }
  if (isObject(from) && isObject(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
    return keys.flatMap((key) => changedPaths(from[key], to[key], at ? `${at}.${key}` : key));
  }
  return Object.is(from, to) ? [] : [at];
}
