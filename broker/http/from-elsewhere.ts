/** Whether a form came from a page of another origin. */
import type { Context } from 'hono';

/** Browsers say where a form comes from; older ones say nothing. */
export function fromElsewhere(c: Context): boolean {
  const site = c.req.header('sec-fetch-site');
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
