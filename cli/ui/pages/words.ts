/** Requests and points in time as the pages of `curfew ui` say them. */
import { html } from 'hono/html';
import type { AccessRequest } from '#domain/request.ts';
import type { Markup } from '#http/pages/layout.ts';
import type { RequestView } from '#http/request-view.ts';
import { oneLine } from '#mail/request-in-words.ts';
import { localTime, relative } from '../../terminal/times.ts';
import { what, whoAsked } from '../../views/words.ts';

/** The record that a view shows: all of it but the token that it waits with, which no page has a use for. */
export function recordOf(view: RequestView): AccessRequest {
  return view as AccessRequest;
}

/** What people wrote, in its own direction, whatever the page's. */
export const theirs = (text: string): Markup => html`<bdi>${oneLine(text)}</bdi>`;

export const whoOf = (request: RequestView): Markup => theirs(whoAsked(request));
export const whatOf = (request: RequestView): Markup => theirs(what(request));

/** Counts down where scripts run. */
export function countdown(instant: string, now: Date): Markup {
  const left = relative(instant, now).replace(/^in /, '');
  return html`<time datetime="${instant}" data-ends title="${localTime(instant, now)}">${left}</time>`;
}

/** As this machine's clock has it. */
export function clock(instant: string, now: Date): Markup {
  return html`<time datetime="${instant}">${localTime(instant, now)}</time>`;
}
