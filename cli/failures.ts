/** What can go wrong in the CLI itself, and the exit code of every outcome; documented in docs/cli.md and `--help`. */

import { outcomeOf } from '#domain/error-table.ts';
import { CurfewError, type FailureOptions } from '#domain/errors.ts';

/** A problem the API answered with; `name` is its code, so that the domain's error table says what it means. */
export class AnsweredError extends CurfewError {
  override readonly name: string;
  readonly status: number;
  constructor(name: string, status: number, message: string, options: FailureOptions = {}) {
    super(message, options);
    this.name = name;
    this.status = status;
  }
}

/** The answer to a request is no, or it ended before it could be used. */
export class NoAccess extends CurfewError {
  override readonly name = 'NoAccess';
}

/** Ctrl-C. */
export class CancelledByUser extends CurfewError {
  override readonly name = 'CancelledByUser';
}

const exitOfHttpStatus: Record<number, number> = {
  400: 2,
  401: 4,
  403: 4,
  404: 6,
  409: 7,
  410: 6,
  422: 2,
  429: 8,
};

/** Of a check; no failure, so that its JSON stays the one answer. */
export const exitOfDrift = 3;

export const exitCodes: readonly (readonly [number, string])[] = [
  [0, 'done'],
  [1, 'a fault in curfew itself'],
  [2, 'the command or its input is not valid, or curfew is not configured'],
  [
    exitOfDrift,
    'a check found a fault: a cluster that is not as the catalog wants it, or a log that does not verify',
  ],
  [4, 'not signed in, or not allowed'],
  [5, 'the answer is no: refused by policy, denied, withdrawn, timed out, or ended before use'],
  [6, 'no such request'],
  [7, 'not possible any more: already decided or already over'],
  [8, 'a service did not answer, is not ready, or access could not be confirmed'],
  [130, 'stopped with Ctrl-C'],
];

/** Exit code of any thrown value. */
export function exitOf(error: unknown): number {
  if (error instanceof NoAccess) return 5;
  if (error instanceof CancelledByUser) return 130;
  const known = outcomeOf(error).exit;
  if (known !== 1 || !(error instanceof AnsweredError)) return known;
  return exitOfHttpStatus[error.status] ?? (error.status >= 500 ? 8 : 1);
}
