/** What an execution is started with: the same text on every repeat, since only then a repeat is known as one. */
import { opensAt } from '#domain/start.ts';
import type { Startable } from '#ports';

export function executionInput({ id, reviewBy, asked, claim }: Startable): string {
  const start = opensAt(asked);
  return JSON.stringify({
    requestId: id,
    reviewBy,
    ...(start === undefined ? {} : { opensAt: start }),
    ...(claim === undefined ? {} : { claimSeconds: claim.windowSeconds }),
  });
}
