/** The OpenAPI 3.1 document, written from the routes and their schemas: it can't say anything else than the app does. */
import * as z from 'zod';
import { errorTable } from '#domain/error-table.ts';
import {
  type GatewayProblemName,
  gatewayProblems,
  gatewayTable,
  isGatewayProblem,
} from './gateway-problems.ts';
import { httpTable, type ProblemName, problemView } from './problem.ts';
import { type PageRoute, pageRoutes } from './review-page-routes.ts';
import { commonProblems, type Route, route } from './route.ts';
import { webhookRoute } from './webhook-route.ts';

type Json = Record<string, unknown>;

export interface OpenApiDocument {
  openapi: '3.1.0';
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
  [key: string]: unknown;
}

/** JSON Schema of one schema; those with an id become components and are referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Record<string, Json>): Json {
  const {
    $schema: _,
    $defs = {},
    id,
    ...own
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  for (const [name, definition] of Object.entries($defs as Record<string, Json>)) {
    const { id: __, ...rest } = definition;
    components[name] = atComponents(rest);
  }
  if (typeof id !== 'string') return atComponents(own);
  components[id] = atComponents(own);
  return { $ref: `#/components/schemas/${id}` };
}

function atComponents(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function statusOf(problem: ProblemName | GatewayProblemName): number {
  if (problem === 'Internal') return 500;
  if (isGatewayProblem(problem)) return gatewayTable[problem].status;
  return problem in httpTable
    ? httpTable[problem as keyof typeof httpTable].status
    : errorTable[problem as keyof typeof errorTable].status;
}

function problemAnswers(
  problems: readonly (ProblemName | GatewayProblemName)[],
  components: Record<string, Json>,
): Record<string, Json> {
  const byStatus = Map.groupBy([...new Set(problems)].sort(), statusOf);
  const schema = schemaOf(problemView, 'output', components);
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      {
        description: names.join(', '),
        content: { 'application/problem+json': { schema } },
      },
    ]),
  );
}

function parametersOf(route: Route, components: Record<string, Json>): Json[] {
  const listed = (schema: z.ZodType | undefined, at: 'path' | 'query') => {
    if (!schema) return [];
    const { properties = {}, required = [] } = schemaOf(schema, 'input', components) as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, { description, ...rest }]) => ({
      name,
      in: at,
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }));
  };
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Chosen by the caller; a repeat with the same key and body makes nothing new.',
    schema: { type: 'string', minLength: 1, maxLength: 128 },
  };
  const token = {
    name: 'X-Curfew-Identity-Token',
    in: 'header',
    required: false,
    description: 'Of a CI job or agent: the OIDC token of its run, for the audience `curfew`.',
    schema: { type: 'string' },
  };
  return [
    ...listed(route.params, 'path'),
    ...listed(route.query, 'query'),
    ...(route.idempotent ? [key] : []),
    token,
  ];
}

/** By what it is about: the first word of its path behind /v1. */
const tagOfWord: Record<string, keyof typeof tags> = {
  requests: 'Requests',
  simulate: 'Requests',
  kills: 'Kill switches',
  passkeys: 'Passkeys',
  signals: 'Signals',
  catalog: 'Catalog',
  clusters: 'Catalog',
};
const tags = {
  About: 'Who calls, and this document.',
  Catalog: 'What can be asked for, and how clusters are reached.',
  'Kill switches': 'What ends all of a scope and keeps it shut. For operators.',
  Pages: 'Behind links, for people.',
  Passkeys: 'By which reviewers answer on pages.',
  Requests: 'Asking for access, answering, and ending it.',
  Signals: 'What makes access riskier than it was.',
  Tickets: 'What ticket systems tell.',
};

function tagOf({ path }: Route): keyof typeof tags {
  const [, , about = ''] = path.split('/');
  return tagOfWord[about] ?? 'About';
}

function operationOf(route: Route, components: Record<string, Json>): Json {
  const answers = Object.entries(route.answers).map(([status, { description, schema }]) => [
    status,
    { description, content: { 'application/json': { schema: schemaOf(schema, 'output', components) } } },
  ]);
  const parameters = parametersOf(route, components);
  return {
    operationId: route.name,
    tags: [tagOf(route)],
    summary: route.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(route.body, 'input', components) } },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(answers),
      ...problemAnswers([...commonProblems, ...gatewayProblems, ...route.problems], components),
    },
  };
}

/** A call's own answers, and beside them those of API Gateway, which it may hear in place of any. */
function withGateway(answers: readonly (readonly [string, Json])[], components: Record<string, Json>): Json {
  const own = Object.fromEntries(answers) as Record<string, { description?: string; content?: Json }>;
  const all: Json = { ...own };
  for (const [status, gateway] of Object.entries(problemAnswers(gatewayProblems, components))) {
    const { description, content } = own[status] ?? {};
    all[status] = {
      description: [description, gateway.description].filter(Boolean).join(' Or: '),
      content: { ...(gateway.content as Json), ...content },
    };
  }
  return all;
}

function pageOperationOf(page: PageRoute, components: Record<string, Json>): Json {
  const content = { 'text/html': { schema: { type: 'string' } } };
  const parameter = {
    name: 'token',
    in: 'path',
    required: true,
    description: 'Of the link.',
    schema: { type: 'string', minLength: 1 },
  };
  const form = { type: 'object', properties: page.form, required: page.required ?? [] };
  return {
    operationId: page.name,
    tags: ['Pages'],
    summary: page.summary,
    security: [],
    parameters: [parameter],
    ...(page.form
      ? {
          requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: form } } },
        }
      : {}),
    responses: withGateway(
      Object.entries(page.answers).map(([status, description]) => [status, { description, content }]),
      components,
    ),
  };
}

const titleOnly = {
  type: 'object',
  properties: { title: { type: 'string' }, status: { type: 'integer' } },
  required: ['title'],
};

function webhookOperation(components: Record<string, Json>): Json {
  const { name, summary, answers } = webhookRoute;
  const refused = { 'application/problem+json': { schema: titleOnly } };
  return {
    operationId: name,
    tags: ['Tickets'],
    summary,
    security: [],
    parameters: [
      {
        name: 'source',
        in: 'path',
        required: true,
        description: 'As the catalog lists it under ticketing.sources.',
        schema: { type: 'string', minLength: 1 },
      },
    ],
    requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
    responses: withGateway(
      Object.entries(answers).map(([status, description]) => [
        status,
        status === '200'
          ? { description, content: { 'application/json': { schema: titleOnly } } }
          : { description, content: refused },
      ]),
      components,
    ),
  };
}

/** `routes` is every route of the app, this document's own included. */
export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  const schemas: Record<string, Json> = {};
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  for (const page of pageRoutes) {
    paths[page.path] = { ...paths[page.path], [page.method.toLowerCase()]: pageOperationOf(page, schemas) };
  }
  paths[webhookRoute.path] = { post: webhookOperation(schemas) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Curfew',
      version: '1',
      description: 'Just-in-time access to Amazon EKS that revokes itself.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0.html' },
    },
    servers: [{ url: '..', description: 'Where this document was read: the address of the deployment.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    security: [{ sigv4: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          description: 'AWS Signature Version 4, service execute-api, by the session of an IAM role.',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
    },
  };
}

/** The route that serves the document; `all` is asked at call time, since it holds this route too. */
export function openApiRoute(all: () => readonly Route[]): Route {
  let document: OpenApiDocument | undefined;
  return route({
    name: 'showOpenApi',
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This document.',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: z.record(z.string(), z.unknown()) } },
    problems: [],
    async handle() {
      document ??= openApiDocument(all());
      return { status: 200, body: document };
    },
  });
}
