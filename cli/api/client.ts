/** The API as functions, one per route; answers are parsed with the API's own schemas. */
import * as z from 'zod';
import { Unavailable } from '#domain/errors.ts';
import type { Instant } from '#domain/instant.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { type KillPage, type KillView, killPage, killView } from '#http/kill-view.ts';
import {
  type EnrolmentView,
  enrolmentView,
  type PasskeyPage,
  type PasskeyView,
  passkeyPage,
  passkeyView,
} from '#http/passkey-view.ts';
import {
  type RequestPage,
  type RequestView,
  type RequestWithEvents,
  requestPage,
  requestView,
  requestWithEvents,
} from '#http/request-view.ts';
import { type CatalogView, catalogView, clusterView } from '#http/routes/catalog.ts';
import { type SimulationView, simulationView } from '#http/routes/simulate.ts';
import { type CallerView, callerView } from '#http/routes/whoami.ts';
import { type ApiTarget, type SignedCall, signedCall } from './signed-call.ts';

/** Body of a new request; the duration as written (`30m`). */
export interface NewRequest {
  cluster: string;
  namespaces: string[];
  role: string;
  duration: string;
  reason: string;
  ticket?: string;
  /** When it is to start; at once where not given. */
  startsAt?: Instant;
  /** An emergency: at once and without reviews. */
  breakGlass?: true;
  /** Only this of the role. */
  allow?: string[];
  /** Somebody else, who has to claim it. */
  onBehalfOf?: string;
}

/** What goes on with a grant; reason and ticket are those of the grant where not given. */
export interface Extension {
  duration: string;
  reason?: string;
  ticket?: string;
}

export interface ReviewAnswer {
  answer: 'approve' | 'deny';
  reason?: string;
  /** Of what the reviewer was shown. */
  digest: string;
}

export interface AfterReviewAnswer {
  verdict: 'accept' | 'dispute';
  reason: string;
  /** Of what the reviewer was shown. */
  digest: string;
}

/** What a kill switch is for; a cluster by its name in the catalog, or as <region>/<name in EKS>. */
export type Scope = { kind: 'person' | 'principal' | 'cluster'; value: string } | { kind: 'everything' };

export interface Api {
  submit(body: NewRequest, idempotencyKey: string): Promise<RequestView>;
  simulate(body: NewRequest): Promise<SimulationView>;
  extend(id: string, body: Extension, idempotencyKey: string): Promise<RequestView>;
  list(query: { scope: 'mine' | 'open' | 'waiting'; limit: number; cursor?: string }): Promise<RequestPage>;
  show(id: string, signal?: AbortSignal): Promise<RequestWithEvents>;
  review(id: string, body: ReviewAnswer): Promise<RequestView>;
  reviewAfterwards(id: string, body: AfterReviewAnswer): Promise<RequestView>;
  claim(id: string): Promise<RequestView>;
  withdraw(id: string, reason?: string): Promise<RequestView>;
  revoke(id: string, reason: string): Promise<RequestView>;
  kill(scope: Scope, reason: string): Promise<KillView>;
  kills(query: { limit: number; cursor?: string }): Promise<KillPage>;
  showKill(id: string, signal?: AbortSignal): Promise<KillView>;
  liftKill(id: string, reason: string): Promise<KillView>;
  enrolPasskey(name: string): Promise<EnrolmentView>;
  passkeys(query: { scope: 'mine' | 'everybody'; limit: number; cursor?: string }): Promise<PasskeyPage>;
  confirmPasskey(id: string, code: string): Promise<PasskeyView>;
  revokePasskey(id: string, reason: string): Promise<PasskeyView>;
  catalog(): Promise<CatalogView>;
  cluster(name: string): Promise<ClusterAddress>;
  whoami(): Promise<CallerView>;
}

export function openApi(target: ApiTarget): Api {
  const call = async <T>(schema: z.ZodType<T>, what: SignedCall): Promise<T> => {
    const result = schema.safeParse(await signedCall(target, what));
    if (result.success) return result.data;
    throw new Unavailable(
      `Curfew's API at ${target.url.host} answered in a form that this version of curfew doesn't know; update one of them.\n${z.prettifyError(result.error)}`,
    );
  };
  const get = <T>(schema: z.ZodType<T>, path: string, more: Partial<SignedCall> = {}) =>
    call(schema, { method: 'GET', path, repeatable: true, ...more });
  const post = <T>(schema: z.ZodType<T>, path: string, body: unknown, more: Partial<SignedCall>) =>
    call(schema, { method: 'POST', path, body, repeatable: false, ...more });
  const at = (id: string) => `/v1/requests/${encodeURIComponent(id)}`;
  return {
    submit: (body, idempotencyKey) =>
      post(requestView, '/v1/requests', body, {
        headers: { 'idempotency-key': idempotencyKey },
        repeatable: true,
      }),
    simulate: (body) => post(simulationView, '/v1/simulate', body, { repeatable: true }),
    extend: (id, body, idempotencyKey) =>
      post(requestView, `${at(id)}/extend`, body, {
        headers: { 'idempotency-key': idempotencyKey },
        repeatable: true,
      }),
    list: ({ scope, limit, cursor }) =>
      get(requestPage, '/v1/requests', {
        query: { scope, limit: String(limit), ...(cursor ? { cursor } : {}) },
      }),
    show: (id, signal) => get(requestWithEvents, at(id), signal ? { signal } : {}),
    review: (id, body) => post(requestView, `${at(id)}/reviews`, body, {}),
    reviewAfterwards: (id, body) => post(requestView, `${at(id)}/after-review`, body, {}),
    // Claiming, taking back and ending are the same done once or twice.
    claim: (id) => post(requestView, `${at(id)}/claim`, {}, { repeatable: true }),
    withdraw: (id, reason) =>
      post(requestView, `${at(id)}/withdraw`, reason ? { reason } : {}, { repeatable: true }),
    revoke: (id, reason) => post(requestView, `${at(id)}/revoke`, { reason }, { repeatable: true }),
    // One order for a scope, however often it is asked for; and what is lifted stays so.
    kill: (scope, reason) => post(killView, '/v1/kills', { scope, reason }, { repeatable: true }),
    kills: ({ limit, cursor }) =>
      get(killPage, '/v1/kills', { query: { limit: String(limit), ...(cursor ? { cursor } : {}) } }),
    showKill: (id, signal) => get(killView, `/v1/kills/${encodeURIComponent(id)}`, signal ? { signal } : {}),
    liftKill: (id, reason) =>
      post(killView, `/v1/kills/${encodeURIComponent(id)}/lift`, { reason }, { repeatable: true }),
    enrolPasskey: (name) => post(enrolmentView, '/v1/passkeys', { name }, {}),
    passkeys: ({ scope, limit, cursor }) =>
      get(passkeyPage, '/v1/passkeys', {
        query: { scope, limit: String(limit), ...(cursor ? { cursor } : {}) },
      }),
    confirmPasskey: (id, code) =>
      post(passkeyView, `/v1/passkeys/${encodeURIComponent(id)}/confirm`, { code }, {}),
    revokePasskey: (id, reason) =>
      post(passkeyView, `/v1/passkeys/${encodeURIComponent(id)}/revoke`, { reason }, { repeatable: true }),
    catalog: () => get(catalogView, '/v1/catalog'),
    cluster: (name) => get(clusterView, `/v1/clusters/${encodeURIComponent(name)}`),
    whoami: () => get(callerView, '/v1/whoami'),
  };
}
