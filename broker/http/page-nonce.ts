/** The nonce of a shown page: an answer must come from a page that showed exactly this digest not long ago. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Instant, msBetween } from '#domain/instant.ts';

/** After this a page is shown anew before it may decide. */
export const nonceLifetimeMs = 60 * 60_000;

/** Keyed by the link's secret, which is kept nowhere: only who renders the page for this very link can make it. */
function mac(secret: string, digest: string, shownAt: Instant): string {
  return createHmac('sha256', secret).update(`curfew-review-page\n${digest}\n${shownAt}`).digest('hex');
}

export function pageNonce(secret: string, digest: string, shownAt: Instant): string {
  return `${shownAt}~${mac(secret, digest, shownAt)}`;
}

/** 'stale' for a page that was ours but was shown too long ago. */
export function checkNonce(
  nonce: string,
  secret: string,
  digest: string,
  now: Instant,
): 'fresh' | 'stale' | 'forged' {
  const [shownAt = '', given = ''] = nonce.split('~');
  const wanted = mac(secret, digest, shownAt);
  const same = given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted));
  if (!same) return 'forged';
  return msBetween(shownAt, now) > nonceLifetimeMs ? 'stale' : 'fresh';
}
