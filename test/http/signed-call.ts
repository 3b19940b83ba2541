/** Calls of the API through the front door: a Request, and beside it the event that API Gateway would have made of it. */
import Ajv2020 from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import type { Caller } from '#domain/identity.ts';
import { createApp, routes } from '#http/app.ts';
import { openApiDocument } from '#http/openapi.ts';
import type { FaultLog, Problem } from '#http/problem.ts';
import type { RequestPage, RequestView, RequestWithEvents } from '#http/request-view.ts';
import type { CatalogView } from '#http/routes/catalog.ts';
import type { Fault } from '#http/strict-json.ts';
import { signedBy } from '../builders/caller.ts';
import { aWorld } from '../builders/world.ts';

const document = openApiDocument(routes);
const ajv = new Ajv2020.default({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'curfew', ...document });

/** Part of a REST API proxy event: what identity the call was signed with; none when it was not. */
export function signedEvent(caller?: Caller) {
  const { userArn, callerId } = caller ? signedBy(caller) : { userArn: null, callerId: null };
  return { event: { requestContext: { identity: { userArn, caller: callerId } } } };
}

function templateOf(path: string): string | undefined {
  const pathname = path.split('?')[0] ?? path;
  return Object.keys(document.paths).find((template) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`).test(pathname),
  );
}

const pointer = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Fails when the answer is not one that the OpenAPI document states for this operation. */
async function expectDocumented(method: string, path: string, response: Response): Promise<void> {
  const template = templateOf(path);
  const operation = template && document.paths[template]?.[method.toLowerCase()];
  if (!template || !operation) {
    expect([404, 405]).toContain(response.status);
    return;
  }
  const responses = operation.responses as Record<string, { content: Record<string, unknown> }>;
  const stated = responses[String(response.status)];
  expect(
    stated,
    `${method} ${template} answers ${response.status}, which the document does not state`,
  ).toBeDefined();
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  expect(Object.keys(stated?.content ?? {})).toContain(type);
  if (!type.includes('json')) return;
  const at = [
    'paths',
    template,
    method.toLowerCase(),
    'responses',
    String(response.status),
    'content',
    type,
    'schema',
  ];
  const validate = ajv.compile({ $ref: `curfew#/${at.map(pointer).join('/')}` });
  validate(await response.clone().json());
  expect(validate.errors, `${method} ${template} ${response.status}`).toBeNull();
}

/** Any body the API may answer with, read as the one a test expects there. */
type Body = RequestView &
  RequestPage &
  RequestWithEvents &
  CatalogView &
  Omit<Problem, 'status' | 'details'> & {
    details: { faults: Fault[]; reasons: string[]; requestId: string };
  };
export interface Reply extends Omit<Response, 'json'> {
  json(): Promise<Body>;
}

export interface Door {
  world: MemoryWorld;
  logged: Parameters<FaultLog['error']>[];
  get(path: string, as?: Caller): Promise<Reply>;
  /** `body` as JSON, unless it is text or bytes already. */
  post(path: string, body: unknown, as?: Caller, headers?: Record<string, string>): Promise<Reply>;
  /** Any call, signed by nobody unless told. */
  call(method: string, path: string, init?: RequestInit, as?: Caller): Promise<Reply>;
}

/** An app on a memory world; each answer of it is checked against the OpenAPI document. */
export function aDoor(world = aWorld()): Door {
  const logged: Door['logged'] = [];
  const app = createApp(world, { log: { error: (...entry) => logged.push(entry) } });
  const call: Door['call'] = async (method, path, init = {}, as) => {
    const response = await app.request(path, { ...init, method }, signedEvent(as));
    await expectDocumented(method === 'HEAD' ? 'GET' : method, path, response);
    return response as Reply;
  };
  return {
    world,
    logged,
    call,
    get: (path, as) => call('GET', path, {}, as),
    post: (path, body, as, headers = {}) =>
      call(
        'POST',
        path,
        {
          headers: { 'content-type': 'application/json', ...headers },
          body:
            typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
        },
        as,
      ),
  };
}

/** Everything of a world that a call could change, as text: for tests that say nothing did. */
export function stateOf(world: MemoryWorld): string {
  const { records, executions, mailer } = world.inside;
  const plain = (_key: string, value: unknown) =>
    value instanceof Map ? [...value] : value instanceof Set ? [...value] : value;
  return JSON.stringify({ records, executions, mailer }, plain);
}

export const submission = {
  cluster: 'payments-prod',
  namespaces: ['payments'],
  role: 'pod-reader',
  duration: '30m',
  reason: 'Checkout is slow since the last release',
  ticket: 'INC-1042',
};
