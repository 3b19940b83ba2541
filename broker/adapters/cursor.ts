/** Cursors of lists: opaque to callers, bound to the list they came from, and checked when they come back. */
import { InvalidInput } from '#domain/errors.ts';

const pattern = /^[A-Za-z0-9_-]{1,400}$/;

/** `after` is the position of the last item given out, in the list's own terms. */
export function writeCursor(list: string, after: string): string {
  return Buffer.from(JSON.stringify([1, list, after])).toString('base64url');
}

/** The position in a cursor. Throws InvalidInput for one that this list did not give out. */
export function readCursor(list: string, cursor: string): string {
  const position = pattern.test(cursor) ? positionIn(cursor, list) : undefined;
  if (position !== undefined) return position;
  throw new InvalidInput('The cursor is not one of this list. Leave it out to start from the beginning.', {
    details: { faults: [{ path: 'cursor', message: 'Not a cursor of this list.' }] },
  });
}

function positionIn(cursor: string, list: string): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(value) || value.length !== 3) return undefined;
    const [version, name, after] = value;
    return version === 1 && name === list && typeof after === 'string' ? after : undefined;
  } catch {
    return undefined;
  }
}

/** Page sizes are bounded here, so that no caller can ask for the whole table. */
export function pageLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new InvalidInput('Ask for 1 to 100 items at a time.', {
    details: { faults: [{ path: 'limit', message: 'Use a whole number from 1 to 100.' }] },
  });
}

/** The live list goes shard by shard: a cursor is a shard and the id after which to go on in it. */
export function liveCursor(shard: number, after: string): string {
  return writeCursor('live', `${shard}#${after}`);
}

export function readLiveCursor(cursor: string): [shard: number, after: string] {
  const [shard = '0', after = ''] = readCursor('live', cursor).split('#');
  return [Number(shard), after];
}
