import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type APIGatewayProxyResult, handle } from 'hono/aws-lambda';
import { describe, expect, it } from 'vitest';
import type { Caller } from '#domain/identity.ts';
import { createApp } from '#http/app.ts';
import { aCaller, signedBy } from '../builders/caller.ts';
import { asked, formOf } from './review-link.ts';
import { submission } from './signed-call.ts';

interface Sent {
  method: string;
  path: string;
  as?: Caller;
  body?: string;
  contentType?: string;
  query?: Record<string, string[]>;
  base64?: boolean;
}

/** A REST API proxy event, with the parts that the app could look at. */
function proxyEvent({ method, path, as, body, contentType = 'application/json', query, base64 }: Sent) {
  const identity = as ? signedBy(as) : { userArn: null, callerId: null };
  const multiValueHeaders = {
    Host: ['api.example.com'],
    ...(body === undefined ? {} : { 'Content-Type': [contentType] }),
  };
  return {
    resource: path.startsWith('/review/') ? '/review/{token}' : '/v1/{proxy+}',
    path,
    httpMethod: method,
    headers: Object.fromEntries(Object.entries(multiValueHeaders).map(([name, values]) => [name, values[0]])),
    multiValueHeaders,
    multiValueQueryStringParameters: query ?? null,
    body: body === undefined ? null : base64 ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: base64 ?? false,
    requestContext: {
      stage: 'curfew',
      path: `/curfew${path}`,
      domainName: 'api.example.com',
      identity: { userArn: identity.userArn, caller: identity.callerId, sourceIp: '192.0.2.1' },
    },
  } as unknown as APIGatewayProxyEvent;
}

async function lambda() {
  const { door, ...rest } = await asked();
  const handler = handle(createApp(door.world, { log: { error: () => {} } }));
  const send = async (sent: Sent) => {
    const answer = (await handler(proxyEvent(sent) as never)) as APIGatewayProxyResult;
    const header = (name: string) => answer.multiValueHeaders?.[name]?.[0];
    return { status: answer.statusCode, body: answer.body, header };
  };
  return { send, door, ...rest };
}

const alice = aCaller('alice');

describe('through the event of API Gateway', () => {
  it('a signed call is answered for the one who signed it', async () => {
    const { send } = await lambda();
    const made = await send({
      method: 'POST',
      path: '/v1/requests',
      as: alice,
      body: JSON.stringify(submission),
    });
    expect(made.status).toBe(201);
    expect(JSON.parse(made.body).requester.person).toBe('alice@example.com');
    expect(made.header('content-type')).toBe('application/json');
    expect((await send({ method: 'GET', path: '/v1/whoami' })).status).toBe(403);
  });

  it('a body in base64 is the same body', async () => {
    const { send } = await lambda();
    const body = JSON.stringify({ ...submission, reason: 'Zahlungen haengen, größer als üblich' });
    const made = await send({ method: 'POST', path: '/v1/requests', as: alice, body, base64: true });
    expect(JSON.parse(made.body).asked.reason).toContain('größer');
  });

  it('a query parameter given twice is seen twice', async () => {
    const { send } = await lambda();
    const twice = await send({
      method: 'GET',
      path: '/v1/requests',
      as: alice,
      query: { scope: ['mine', 'open'] },
    });
    expect(twice.status).toBe(400);
    const once = await send({
      method: 'GET',
      path: '/v1/requests',
      as: alice,
      query: { scope: ['open'], limit: ['1'] },
    });
    expect(JSON.parse(once.body).items).toHaveLength(1);
  });

  it('a review link works without a signature, and keeps its headers', async () => {
    const { send, linkOf, now } = await lambda();
    const path = linkOf('rita@example.com');
    const page = await send({ method: 'GET', path });
    expect(page.header('content-security-policy')).toContain("form-action 'self'");
    const body = new URLSearchParams({ ...formOf(page.body), answer: 'deny' }).toString();
    const done = await send({ method: 'POST', path, body, contentType: 'application/x-www-form-urlencoded' });
    expect(done.status).toBe(200);
    expect(now().status).toBe('denied');
  });

  it('the base path of a custom domain, or a stage, before a path changes nothing', async () => {
    const { send, linkOf } = await lambda();
    expect((await send({ method: 'GET', path: '/curfew/v1/whoami', as: alice })).status).toBe(200);
    expect((await send({ method: 'GET', path: `/prod${linkOf('rita@example.com')}` })).status).toBe(200);
    expect((await send({ method: 'GET', path: '/a/b/v1/whoami', as: alice })).status).toBe(404);
    expect((await send({ method: 'GET', path: '/review/v1/whoami', as: alice })).status).not.toBe(200);
  });
});
