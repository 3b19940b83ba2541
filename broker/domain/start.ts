/** When a grant may be opened and when it ends: at once, or at a start that was asked for. */
import { type Claim, isUnclaimed } from './claim.ts';
import { after, earliest, type Instant, msBetween } from './instant.ts';
import type { AccessRequest, Asked } from './request.ts';

/** An extension is opened this long before what it extends ends, so that the person sees no gap. */
const handoverMs = 30_000;

/** The start asked for, or shortly before the grant ends that it extends; undefined for at once. */
export function opensAt({
  startsAt,
  extends: extended,
}: Pick<Asked, 'startsAt' | 'extends'>): Instant | undefined {
  if (startsAt === undefined) return undefined;
  return extended === undefined ? startsAt : after(startsAt, -handoverMs);
}

/** From when on it would last, asked for at `now`. */
export function startsFrom({ startsAt }: Pick<Asked, 'startsAt'>, now: Instant): Instant {
  return startsAt !== undefined && startsAt > now ? startsAt : now;
}

/** When a grant that is opened at `at` ends: a start that was asked for fixes the end too. */
export function endsAt(
  { startsAt, durationSeconds }: Pick<Asked, 'startsAt' | 'durationSeconds'>,
  at: Instant,
): Instant {
  return after(startsAt ?? at, durationSeconds * 1000);
}

/** An approval without a start is stale after this long. */
const openWindowMs = 15 * 60_000;

/** Until when a request that was approved, or claimed, at `at` can be opened: with a start, as long as its time has not run out. */
export function openByOf(asked: Asked, at: Instant): Instant {
  return asked.startsAt === undefined ? after(at, openWindowMs) : endsAt(asked, at);
}

/** Until when one that was approved at `at` can be claimed: counted from its start where that lies ahead, and never past its end. */
export function claimByOf(
  asked: Asked,
  { windowSeconds }: Pick<Claim, 'windowSeconds'>,
  at: Instant,
): Instant {
  const window = after(startsFrom(asked, at), windowSeconds * 1000);
  return asked.startsAt === undefined ? window : earliest(window, endsAt(asked, at));
}

/** What an approval at `at` is good for: to be opened soon or, where the person has still to sign for it, to be claimed. */
export function goodUntil(
  { asked, claim, subject }: Pick<AccessRequest, 'asked' | 'claim' | 'subject'>,
  at: Instant,
): Instant {
  return claim && isUnclaimed({ subject }) ? claimByOf(asked, claim, at) : openByOf(asked, at);
}

/** How long it would last in seconds: an extension counts from the first start of its line, in whole seconds and never too few. */
export function durationInLine(
  { startsAt, durationSeconds }: Pick<Asked, 'startsAt' | 'durationSeconds'>,
  firstStart: Instant | undefined,
): number {
  if (firstStart === undefined || startsAt === undefined) return durationSeconds;
  return Math.ceil(msBetween(firstStart, startsAt) / 1000) + durationSeconds;
}
