/** The HTTP face of the broker: API and review pages as one Hono app that knows nothing of Lambda. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { matchedRoutes } from 'hono/route';
import { type Bindings, callerOfEvent, tokenHeader } from './caller.ts';
import { mountEnrolmentPages } from './enrolment-page.ts';
import { openApiRoute } from './openapi.ts';
import { problemPage } from './pages/closed.ts';
import { type FaultLog, HttpFault, problemOf, problemResponse } from './problem.ts';
import { readCall } from './read-call.ts';
import { mountReviewPages } from './review-page.ts';
import type { ApiWorld, App, Route } from './route.ts';
import { catalog } from './routes/catalog.ts';
import { kills } from './routes/kills.ts';
import { passkeys } from './routes/passkeys.ts';
import { requests } from './routes/requests.ts';
import { signals } from './routes/signals.ts';
import { simulate } from './routes/simulate.ts';
import { whoami } from './routes/whoami.ts';
import { securityHeaders } from './security-headers.ts';
import { sendPage } from './send-page.ts';

export interface AppOptions {
  /** Unexpected errors, with the instance that the caller was told. */
  log: FaultLog;
}

/** Largest body in bytes: several times the largest valid submission. */
const largestBody = 16 * 1024;

/** One segment before `/v1/`, `/review/` or `/passkey/`: a stage, or the base path of a custom domain. Not part of our paths. */
const prefix = /^\/(?!(?:v1|review|passkey)\/)[\w.~-]+(?=\/(?:v1|review|passkey)\/)/;

export const routes: readonly Route[] = [
  ...requests,
  ...kills,
  ...passkeys,
  ...signals,
  ...simulate,
  ...catalog,
  ...whoami,
  openApiRoute(() => routes),
];

const honoPath = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');

function mount(app: App, world: ApiWorld, route: Route): void {
  app.on(route.method, honoPath(route.path), async (c) => {
    // Who calls comes first: strangers are not told how to write a valid call.
    const caller = await callerOfEvent(world, c.env, c.req.header(tokenHeader));
    const input = await readCall(route, c.req);
    const { status, body, headers = {} } = await route.handle(world, { caller, ...input });
    return c.json(body as object, status, headers);
  });
}

function refuseOtherMethods(app: App): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const allowed = routes.filter((route) => route.path === path).map((route) => route.method);
    const allow = [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : [])].join(', ');
    app.all(honoPath(path), (c) => {
      throw new HttpFault('MethodNotAllowed', `${path} does not know ${c.req.method}.`, { allow });
    });
  }
}

/** `world` may be wider. Pages and API share the app, so that one function serves both. */
export function createApp(world: ApiWorld, { log }: AppOptions): App {
  const app: App = new Hono<{ Bindings: Bindings }>({
    getPath: (request) => new URL(request.url).pathname.replace(prefix, ''),
  });
  app.use(securityHeaders);
  app.use(
    bodyLimit({
      maxSize: largestBody,
      onError: () => {
        throw new HttpFault('BodyTooLarge', `The body has more than ${largestBody} bytes.`);
      },
    }),
  );
  mountReviewPages(app, world);
  mountEnrolmentPages(app, world);
  for (const route of routes) mount(app, world, route);
  refuseOtherMethods(app);
  app.notFound((c) => {
    throw new HttpFault('NoSuchPath', `There is no ${c.req.method} at this path.`);
  });
  app.onError((error, c) => {
    const answered = problemOf(error, patternOf(c), log);
    // People come to pages, so there even a fault is a page.
    return /^\/(?:review|passkey)\//.test(c.req.path)
      ? sendPage(c, problemPage(answered.problem, answered.headers))
      : problemResponse(answered);
  });
  return app;
}

/** The pattern a call matched, for the log: a path may hold a review link. */
function patternOf(c: Context): string {
  const matched = matchedRoutes(c).findLast((one) => one.path !== '/*');
  return `${c.req.method} ${matched?.path ?? 'no route'}`;
}
