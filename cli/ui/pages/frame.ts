/** The frame of every page of `curfew ui`. */
import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Markup } from '#http/pages/layout.ts';
import { script, style } from './style.ts';

/** What every page knows. */
export interface Place {
  /** Path before every page's own, without a slash at its end. */
  base: string;
  /** Who the pages speak for. */
  me: string;
  operator: boolean;
}

export interface UiPage extends Place {
  title: string;
  body: Markup;
  /** Own path, from `base` on: which part of the navigation it is, and where its live parts are fetched again. */
  at?: string;
  /** What was just done. */
  done?: string | undefined;
  /** Why something was not done. */
  notice?: string | undefined;
}

const areas = [
  ['/', 'Access now'],
  ['/kills', 'Kill switch'],
] as const;

/** One part of a page that is taken over when it has changed; known by its id. */
export function livePart(id: string, content: Markup): Markup {
  // Without what counts down: that goes on by itself.
  const standing = String(content).replace(/>[^<]*<\/time>/g, '></time>');
  const mark = createHash('sha256').update(standing).digest('hex').slice(0, 16);
  return html`<div id="${id}" data-part="${mark}">${content}</div>`;
}

export function frame({ title, body, base, me, operator, at, done, notice }: UiPage): Markup {
  const shown = operator ? areas : areas.slice(0, 1);
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} - Curfew</title>
  <style>${raw(style)}</style>
</head>
<body${at === undefined ? '' : html` data-live="${base}${at}"`}>
  <main>
    <nav aria-label="Pages">
      ${shown.map(([path, name]) => html`<a href="${base}${path}"${path === at ? raw(' aria-current="page"') : ''}>${name}</a>`)}
      <span class="me">Curfew, as ${me}</span>
    </nav>
    ${done === undefined ? '' : html`<div class="done" role="status"><p>${done}</p></div>`}
    ${notice === undefined ? '' : html`<div class="notice" role="alert"><h2>Nothing was recorded</h2><p>${notice}</p></div>`}
    <h1>${title}</h1>
    ${body}
  </main>
  <script>${raw(script)}</script>
</body>
</html>`;
}

/** For whoever has no business here: nothing of Curfew is in it. */
export function strangersPage(why: string): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Not opened - Curfew</title>
  <style>${raw(style)}</style>
</head>
<body>
  <main>
    <h1>This page is not open to you</h1>
    <p>${why}</p>
    <p>Run <code>curfew ui</code> in a terminal of yours: it opens a browser, or prints an address that works once.</p>
  </main>
</body>
</html>`;
}
