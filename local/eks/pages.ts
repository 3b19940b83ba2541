/** Lists in pages, as the EKS API gives them. */
import { EksError } from './errors.ts';

/** The page that `maxResults` (1 to 100) and `nextToken` ask for, under its name. */
export function pageOf(
  name: string,
  all: readonly unknown[],
  query: URLSearchParams,
): Record<string, unknown> {
  const size = Number(query.get('maxResults') ?? 100);
  const start = Number(query.get('nextToken') ?? 0);
  if (!Number.isInteger(size) || size < 1 || size > 100) {
    throw new EksError('InvalidParameterException', 'maxResults must be a whole number from 1 to 100.');
  }
  if (!Number.isInteger(start) || start < 0) {
    throw new EksError('InvalidParameterException', 'The specified nextToken is invalid.');
  }
  const end = start + size;
  return { [name]: all.slice(start, end), ...(end < all.length && { nextToken: String(end) }) };
}
