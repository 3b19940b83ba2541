/** Who may talk to the pages on this machine: the browser that was opened by the one-time address, from these very pages, and nothing else. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** For as long as the command runs; kept nowhere. */
export interface Run {
  /** First part of every path, unguessable: the cookie goes there alone, so that no other server of this machine is sent it. */
  readonly id: string;
  /** What the nonces of forms are made with. */
  readonly key: string;
}

export interface Doors {
  readonly run: Run;
  /** Path of an address that opens the pages once, within some minutes. */
  newOpening(now: number): string;
  /** A secret opens once. `replayed`: it was used before, by whoever else knows it, so every browser is shut out again. */
  open(secret: string, now: number): 'opened' | 'replayed' | 'closed';
  /** Goes before everything: Host, Origin, where it comes from, cookie. */
  readonly guard: MiddlewareHandler;
  /** Lets this browser in from now on. */
  letIn(c: Context): void;
}

/** How long a one-time address waits to be opened. */
export const openingMs = 5 * 60_000;

const cookieName = 'curfew-ui';
const secretOf = () => randomBytes(32).toString('base64url');
const hashOf = (text: string) => createHash('sha256').update(text).digest();
const isSame = (one: string, other: string) => timingSafeEqual(hashOf(one), hashOf(other));

/** `authority`: the one name and port by which these pages are reached, such as `127.0.0.1:40123`. `refuse` makes the answer to all others. */
export function openDoors(
  authority: () => string,
  refuse: (c: Context, why: string) => Response | Promise<Response>,
): Doors {
  const run: Run = { id: randomBytes(16).toString('base64url'), key: secretOf() };
  let session = secretOf();
  const openings = new Map<string, { until: number; used: boolean }>();
  const openPath = `/${run.id}/open/`;
  return {
    run,
    newOpening(now) {
      const secret = secretOf();
      openings.set(secret, { until: now + openingMs, used: false });
      return openPath + secret;
    },
    open(secret, now) {
      const [, found] = [...openings].find(([known]) => isSame(known, secret)) ?? [];
      if (!found) return 'closed';
      if (found.used) {
        session = secretOf();
        return 'replayed';
      }
      if (now >= found.until) return 'closed';
      found.used = true;
      return 'opened';
    },
    async guard(c, next) {
      // A name that was made to lead here (DNS rebinding) is still another name.
      if (c.req.header('host') !== authority()) return refuse(c, 'It was asked for by another name.');
      const site = c.req.header('sec-fetch-site');
      const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
      if (site !== undefined && site !== 'same-origin' && !(isRead && site === 'none'))
        return refuse(c, 'It was asked for by another page.');
      if (!isRead && c.req.header('origin') !== `http://${authority()}`)
        return refuse(c, 'It was sent by another page.');
      // Exactly the opening: what lies beside it is for the browser that is in.
      const [before, secret = ''] = c.req.path.split(openPath);
      if (isRead && before === '' && /^[\w-]+$/.test(secret)) return next();
      if (!isSame(getCookie(c, cookieName) ?? '', session))
        return refuse(c, 'This browser was not opened by it.');
      return next();
    },
    letIn(c) {
      setCookie(c, cookieName, session, { path: `/${run.id}/`, httpOnly: true, sameSite: 'Strict' });
    },
  };
}
