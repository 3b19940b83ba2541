/** Sends a page with the headers that every page has. */
import type { Context } from 'hono';
import type { Page } from './pages/layout.ts';
import { pagePolicy } from './pages/style.ts';

export function sendPage(
  c: Context,
  { status, html, headers = {}, policy = pagePolicy }: Page,
): Response | Promise<Response> {
  return c.html(html, status, {
    ...headers,
    'content-security-policy': policy,
    'x-robots-tag': 'noindex, nofollow',
  });
}
