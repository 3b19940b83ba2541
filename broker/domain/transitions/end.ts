/** From whatever a request is to ending it, and when its RoleBindings may go. */
import { earliest, type Instant, msBetween } from '../instant.ts';
import { type Advanced, advance, isFinal } from '../lifecycle.ts';
import type { AccessRequest, Grant } from '../request.ts';

const actor = 'curfew:EndGrant';

/** The hold's time-out fires this long before expiresAt at most; earlier it is not expiry. */
const leadMs = 30_000;

/** `cause`: `States.Timeout` and `EndRequested` are the ordinary ways, anything else is a fault. Undefined where it is ending. */
export function end(before: AccessRequest, at: Instant, cause: string | undefined): Advanced | undefined {
  if (isFinal(before.status) || before.status === 'revoking') return undefined;
  const fault = `the workflow could not go on (${cause ?? 'unknown fault'}); ask again`;
  if (before.status === 'pending') return advance(before, 'timed-out', { at, actor, reason: fault });
  if (!before.grant) return advance(before, 'denied', { at, actor, reason: fault });
  const { reason, notBefore, by } = endingOf(before, before.grant, at, cause);
  const ending = { since: at, notBefore, reason };
  return advance(before, 'revoking', { at, actor: by, reason, facts: { notBefore }, changes: { ending } });
}

function endingOf(
  { endRequested, status }: AccessRequest,
  { expiresAt }: Grant,
  at: Instant,
  cause: string | undefined,
): { reason: string; notBefore: Instant; by: string } {
  const now = earliest(at, expiresAt);
  if (endRequested) return { reason: endRequested.reason, notBefore: now, by: endRequested.by };
  if (status === 'active' && msBetween(at, expiresAt) <= leadMs)
    return { reason: 'its time is up', notBefore: expiresAt, by: actor };
  return { reason: `ended early by a fault (${cause ?? 'unknown'})`, notBefore: now, by: actor };
}
