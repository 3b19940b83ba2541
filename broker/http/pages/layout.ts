/** The frame of every review page: heading, what it says, and whom the link was for. */
import { html, raw } from 'hono/html';
import { style } from './style.ts';

export type Markup = ReturnType<typeof html>;

export interface Page {
  /** HTTP status. */
  status: 200 | 400 | 403 | 404 | 405 | 409 | 410 | 413 | 500 | 503;
  html: Markup;
  headers?: Record<string, string>;
  /** Content security policy, where it isn't that of every page. */
  policy?: string;
}

export interface PageContent {
  status: Page['status'];
  title: string;
  body: Markup;
  /** Reviewer the link was mailed to, where it is known. */
  reviewer?: string;
  /** What kind of page it is, where it isn't behind a review link. */
  brand?: string;
  headers?: Record<string, string>;
  policy?: string;
}

export function page({ status, title, body, reviewer, brand, headers, policy }: PageContent): Page {
  const kind = brand ?? (reviewer === undefined ? undefined : `review link of ${reviewer}`);
  const markup = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex, nofollow">
  <meta name="referrer" content="no-referrer">
  <title>${title} - Curfew</title>
  <style>${raw(style)}</style>
</head>
<body>
  <main>
    <p class="brand">Curfew${kind === undefined ? '' : html` · ${kind}`}</p>
    <h1>${title}</h1>
    ${body}
  </main>
</body>
</html>`;
  return { status, html: markup, ...(headers ? { headers } : {}), ...(policy ? { policy } : {}) };
}

/** A page that only tells something: what happened, and what to do. */
export function notePage(content: Omit<PageContent, 'body'> & { says: string; next: Markup | string }): Page {
  const { says, next, ...rest } = content;
  return page({
    ...rest,
    body: html`<p>${says}</p>
    <p>${next}</p>`,
  });
}
