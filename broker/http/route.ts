/** One route of the API as data: the app is mounted from it and the OpenAPI document written from it. */
import type { Hono } from 'hono';
import type * as z from 'zod';
import type { Caller } from '#domain/identity.ts';
import type { SurveyNeeds } from '#operations/survey-asked.ts';
import type { World } from '#ports';
import type { Bindings } from './caller.ts';
import type { ProblemName } from './problem.ts';

export type App = Hono<{ Bindings: Bindings }>;

/** What the API needs from the world. */
export type ApiWorld = Pick<
  World,
  | 'clock'
  | 'ids'
  | 'catalog'
  | 'settings'
  | 'records'
  | 'usage'
  | 'kills'
  | 'organisation'
  | 'executions'
  | 'entries'
  | 'identities'
  | 'identityTokens'
  | 'background'
  | 'tickets'
  | 'passkeys'
  | 'authenticators'
  | 'pages'
  | 'metrics'
> &
  SurveyNeeds;

export interface Call<P, Q, B> {
  caller: Caller;
  params: P;
  query: Q;
  body: B;
  idempotencyKey?: string;
}

export interface Answer {
  status: 200 | 201;
  /** Of the schema that the route states for this status. */
  body: unknown;
  headers?: Record<string, string>;
}

export interface Route<P = unknown, Q = unknown, B = unknown> {
  /** Name of the operation, in camel case: the OpenAPI operationId. */
  name: string;
  method: 'GET' | 'POST';
  /** With `{parameters}`, as OpenAPI writes them. */
  path: string;
  summary: string;
  /** Absent where there is none; then any query parameter is a fault. */
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  body?: z.ZodType<B>;
  /** Whether an Idempotency-Key means something here; elsewhere it is ignored. */
  idempotent?: boolean;
  answers: Partial<Record<Answer['status'], { description: string; schema: z.ZodType }>>;
  /** Besides those that every route can answer with. */
  problems: readonly ProblemName[];
  handle(world: ApiWorld, call: Call<P, Q, B>): Promise<Answer>;
}

/** Problems of every route. */
export const commonProblems = [
  'InvalidInput',
  'IdentityRefused',
  'BodyTooLarge',
  'Unavailable',
  'Internal',
] as const satisfies readonly ProblemName[];

/** Lets the schemas of a route type its handler, then forgets them: the app parses before it calls. */
export function route<P, Q, B>(spec: Route<P, Q, B>): Route {
  return spec as unknown as Route;
}
