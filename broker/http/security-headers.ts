/** Headers of every answer: nothing is kept, framed, sniffed, or told on to another site. */
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/** `overwrite: false` lets the review pages state a policy that allows their own style and form. */
const secured = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  strictTransportSecurity: 'max-age=31536000',
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  overwrite: false,
});

export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await secured(c, next);
  c.res.headers.set('cache-control', 'no-store');
};
