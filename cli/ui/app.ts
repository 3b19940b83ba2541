/** The pages of `curfew ui` as one app: reads and changes nothing but through the API, signed as the caller. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { CurfewError, NotAllowed } from '#domain/errors.ts';
import type { Markup } from '#http/pages/layout.ts';
import type { Api } from '../api/client.ts';
import { AnsweredError } from '../failures.ts';
import { openDoors } from './guard.ts';
import { mountKills } from './kill-routes.ts';
import { frame, type Place, strangersPage } from './pages/frame.ts';
import { uiPolicy } from './pages/style.ts';
import { mountRequests } from './request-routes.ts';

export type UiApi = Pick<
  Api,
  'list' | 'show' | 'review' | 'reviewAfterwards' | 'revoke' | 'catalog' | 'kills' | 'kill' | 'liftKill'
>;

export interface UiOptions {
  api: UiApi;
  /** Who the API takes the caller for. */
  me: string;
  operator: boolean;
  /** Name and port that the pages are reached by. */
  authority(): string;
  now(): Date;
  /** The one-time address was opened again: somebody else may know it, and every browser was shut out. */
  replayed(): void;
  /** Tells of faults that aren't the caller's. */
  log(error: unknown): void;
}

export interface Ui {
  fetch(request: Request): Response | Promise<Response>;
  /** Path of an address that opens the pages, once and within some minutes. */
  newOpening(): string;
}

/** What the routes are made of. */
export interface UiWorld extends UiOptions {
  place: Place;
  /** Secret of this run, for nonces. */
  key: string;
  send(c: Context, page: Markup, status?: Status): Response | Promise<Response>;
}

export type Status = 200 | 400 | 403 | 404 | 409 | 502;

const largestBody = 16 * 1024;

const headers = {
  'content-security-policy': uiPolicy,
  'cache-control': 'no-store',
  // Not no-referrer: that has browsers hide the Origin of our own forms, which is looked at. Others are told nothing by this either.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-robots-tag': 'noindex, nofollow',
};

function send(c: Context, page: Markup, status: Status = 200): Response | Promise<Response> {
  return c.html(page as HtmlEscapedString | Promise<HtmlEscapedString>, status);
}

/** What a page says of a failed call, and how it is answered. */
export function faultInWords(error: CurfewError): { status: Status; says: string } {
  const says = error.message;
  if (error.name === 'RequestNotFound' || error.name === 'KillNotFound') return { status: 404, says };
  if (error.name === 'InvalidInput') return { status: 400, says };
  if (error instanceof NotAllowed) return { status: 403, says };
  if (error instanceof AnsweredError && error.status < 500)
    return { status: error.status === 403 ? 403 : error.status === 400 ? 400 : 409, says };
  return { status: 502, says };
}

export function createUi(options: UiOptions): Ui {
  const doors = openDoors(options.authority, (c, why) => send(c, strangersPage(why), 403));
  const base = `/${doors.run.id}`;
  const place: Place = { base, me: options.me, operator: options.operator };
  const app = new Hono();
  const world: UiWorld = { ...options, place, key: doors.run.key, send };
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  });
  app.use(doors.guard);
  app.use(bodyLimit({ maxSize: largestBody, onError: (c) => c.text('Too large.', 413) }));
  app.get(`${base}/open/:secret`, (c) => {
    // A browser that only looks ahead must not use it up.
    const ahead = c.req.method === 'HEAD' || c.req.header('sec-purpose') !== undefined;
    const came = ahead ? 'closed' : doors.open(c.req.param('secret'), options.now().getTime());
    if (came === 'replayed') options.replayed();
    if (came !== 'opened')
      return send(c, strangersPage('The address works once, and for some minutes.'), 403);
    doors.letIn(c);
    return c.redirect(`${base}/`, 303);
  });
  mountRequests(app, world);
  if (options.operator) mountKills(app, world);
  const message = (c: Context, title: string, says: string, status: Status) =>
    send(
      c,
      frame({ ...place, title, body: html`<p>${says}</p><p><a href="${base}/">Access now</a></p>` }),
      status,
    );
  app.notFound((c) => message(c, 'There is no such page', 'Nothing was changed.', 404));
  app.onError((error, c) => {
    if (error instanceof CurfewError) {
      const { status, says } = faultInWords(error);
      return message(c, 'Curfew did not answer that', says, status);
    }
    options.log(error);
    return message(c, 'A fault in curfew itself', 'The terminal that runs `curfew ui` says more.', 502);
  });
  return {
    fetch: (request) => app.fetch(request),
    newOpening: () => doors.newOpening(options.now().getTime()),
  };
}
