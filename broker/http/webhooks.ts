/** Deliveries of ticket systems over HTTP: whoever can't prove that they sent one learns nothing but that. */
import { type Context, Hono } from 'hono';
import { listed } from '#domain/catalog-lookup.ts';
import type { TicketSource } from '#domain/catalog-ticketing.ts';
import { CurfewError } from '#domain/errors.ts';
import { type Delivery, isProven, type Proof } from '#domain/webhooks/delivery.ts';
import { proveBy } from '#domain/webhooks/prove.ts';
import { readSaid } from '#domain/webhooks/said.ts';
import { readEvent } from '#domain/webhooks/ticket-event.ts';
import { LiveSecrets } from '#operations/live-secrets.ts';
import { RefusalCount, unknownSource } from '#operations/refusal-count.ts';
import { takeTicketEvent } from '#operations/take-ticket-event.ts';
import type { World } from '#ports';
import { securityHeaders } from './security-headers.ts';
import { parseStrictJson } from './strict-json.ts';

export type WebhookWorld = Pick<
  World,
  'clock' | 'catalog' | 'records' | 'executions' | 'ticketNotes' | 'background' | 'secrets' | 'metrics'
>;

export interface WebhookLog {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
}

/** More than any source sends: PagerDuty drops what is larger, Jira and GitHub stay far below. */
const largestBody = 256 * 1024;

/** Every answer but that of the first kind says its title, and nothing else. */
const titles = {
  200: 'Taken',
  400: 'Not understood',
  401: 'Not proven',
  404: 'Not found',
  413: 'Too large',
  415: 'Unsupported media type',
  500: 'Something went wrong',
  503: 'Try again',
} as const;
type Status = keyof typeof titles;

interface Refusal {
  status: Status;
  /** For the log and the count; never for the caller. */
  why: string;
}
const refusal = (status: Status, why: string): Refusal => ({ status, why });

/** One segment before `/v1/`: a stage, or the base path of a custom domain. */
const prefix = /^\/(?!v1\/)[\w.~-]+(?=\/v1\/)/;

export function createWebhookApp(world: WebhookWorld, log: WebhookLog): Hono {
  const secrets = new LiveSecrets(world);
  const refusals = new RefusalCount();
  const app = new Hono({ getPath: (request) => new URL(request.url).pathname.replace(prefix, '') });
  app.use(securityHeaders);

  const refuse = (c: Context, name: string, { status, why }: Refusal) => {
    // Proven and not understood: a ticket may be closed, and nobody has heard of it.
    if (status === 400) return fail(c, status, { source: name, why });
    const count = refusals.add(name, world.clock.now());
    if (count > 0) {
      world.metrics.count('WebhookRefused', count);
      log.warn('deliveries refused', { source: name, count, last: why });
    }
    return answer(c, status);
  };

  const fail = (c: Context, status: Status, facts: Record<string, unknown>) => {
    world.metrics.count('WebhookFailed', 1);
    log.warn('delivery not taken', facts);
    return answer(c, status);
  };

  app.post('/v1/webhooks/:source', async (c) => {
    const name = c.req.param('source');
    const source = listed(world.catalog.ticketing.sources, name);
    if (!source) return refuse(c, unknownSource, refusal(404, 'no such source'));
    const taken = await take(c, name, source);
    return 'why' in taken ? refuse(c, name, taken) : answer(c, 200);
  });
  app.notFound((c) => refuse(c, unknownSource, refusal(404, 'no such path')));
  app.onError((error, c) => {
    // A fault of ours: the source has to send it again.
    return fail(c, error instanceof CurfewError ? 503 : 500, { error });
  });
  return app;

  async function take(c: Context, name: string, source: TicketSource): Promise<Refusal | { done: true }> {
    const body = new Uint8Array(await c.req.arrayBuffer());
    if (body.byteLength > largestBody) return refusal(413, 'too large');
    if (source.secretName === undefined) return refusal(404, 'takes no webhooks');
    const delivery = { headers: c.req.header(), body };
    const proof = await prove(source, source.secretName, delivery);
    if (proof === 'no-secret') return refusal(404, 'no secret');
    if (!isProven(proof)) return refusal(401, proof.unproven);
    if (!isJson(c.req.header('content-type'))) return refusal(415, 'no JSON');
    const parsed = parseStrictJson(body);
    if (!('value' in parsed)) return refusal(400, 'ambiguous JSON');
    const event = readEvent[source.kind](parsed.value, source);
    const { asks, closedStates } = source;
    const said = asks && readSaid[source.kind](parsed.value, { asks, closedStates });
    if (event === 'unreadable' || said === 'unreadable')
      return refusal(400, 'another shape than is documented');
    if (!event && !said) return { done: true };
    const told = { name, source, key: proof.key, event, said };
    const { taken, ended, asked } = await takeTicketEvent(world, told);
    if (ended.length > 0) log.info('ended by a ticket', { source: name, taken, requestIds: ended });
    // Nothing of what was written there: it is anybody's text.
    if (asked) log.info('a ticket asks', { source: name, ticket: said?.ticket, asked });
    return { done: true };
  }

  async function prove(
    source: TicketSource,
    secretName: string,
    delivery: Delivery,
  ): Promise<Proof | 'no-secret'> {
    const live = await secrets.of(secretName);
    const now = world.clock.now();
    const proof = proveBy[source.kind](delivery, live, now);
    if (isProven(proof)) return proof;
    // It may have been rotated since.
    const changed = await secrets.changed(secretName);
    if (changed) return changed.length === 0 ? 'no-secret' : proveBy[source.kind](delivery, changed, now);
    return live.length === 0 ? 'no-secret' : proof;
  }
}

function answer(c: Context, status: Status): Response {
  const title = titles[status];
  if (status === 200) return c.json({ title }, 200);
  const headers = {
    'content-type': 'application/problem+json',
    ...(status === 503 ? { 'retry-after': '5' } : {}),
  };
  return c.body(JSON.stringify({ title, status }), status, headers);
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(contentType?.trim() ?? '');
}
