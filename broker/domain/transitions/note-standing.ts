/** Notes why a grant could not be ended, for those who look: when it begins and when the reason changes, not at every try. */
import { after, type Instant, msBetween } from '../instant.ts';
import { type Advanced, amend, mayStand } from '../lifecycle.ts';
import type { AccessRequest } from '../request.ts';

const actor = 'curfew:SweepGrants';

/** Reasons that take turns are not noted oftener than this. */
const quietMs = 15 * 60_000;

/** Undefined where nothing may stand any more, or where it is on record. */
export function noteStanding(before: AccessRequest, reason: string, at: Instant): Advanced | undefined {
  if (!mayStand(before.status)) return undefined;
  const { standing } = before;
  if (standing && (standing.reason === reason || at < after(standing.at, quietMs))) return undefined;
  const changes = { standing: { since: standing?.since ?? at, at, reason } };
  return amend(before, { at, actor, type: 'swept', reason: `could not be ended yet: ${reason}`, changes });
}

/**
 * Whether this minute has a try at one that could not be ended before: in each of the first three, then ever more seldom,
 * at least every quarter of an hour. Told from the clock alone, so that a failed try needs no write.
 */
export function isTryDue({ standing }: AccessRequest, now: Instant): boolean {
  if (!standing) return true;
  const minutes = Math.round(msBetween(standing.since, now) / 60_000);
  return minutes <= 3 || minutes % 15 === 0 || (minutes < 15 && (minutes & (minutes - 1)) === 0);
}
