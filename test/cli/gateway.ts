/** A loopback stand-in for API Gateway with IAM authorisation, in front of the real app: verifies each signature itself. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { gatewayBody } from '#http/gateway-problems.ts';
import { gatewayIdentity, type Person, personOfKey } from './people.ts';

export interface GatewayCall {
  method: string;
  /** Path and query, with the stage. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface GatewayAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

/** Looks at a call first: answers it, lets it pass (undefined), or cuts the connection before or after it was carried out. */
export type Interceptor = (call: GatewayCall) => GatewayAnswer | 'cut-before' | 'cut-after' | undefined;

export interface Gateway {
  url: string;
  calls: GatewayCall[];
  intercept: Interceptor | undefined;
  close(): Promise<void>;
}

type App = { fetch(request: Request, env: unknown): Response | Promise<Response> };

const stage = '/prod';

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** As the stack has API Gateway say it. */
const refusal = (type: string, message: string): GatewayAnswer => ({
  status: 403,
  headers: {
    'x-amzn-errortype': type,
    'content-type': 'application/problem+json',
    date: new Date().toUTCString(),
  },
  body: gatewayBody(/^Missing/.test(type) ? 'NotSigned' : 'CallRefused').replace(
    '$context.error.messageString',
    () => JSON.stringify(message),
  ),
});

/** The signer, or API Gateway's own refusal. */
async function verify(call: GatewayCall): Promise<Person | GatewayAnswer> {
  const { authorization = '' } = call.headers;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/execute-api\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (!match) return refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const [, key = '', , region = '', signedHeaders = ''] = match;
  const date = call.headers['x-amz-date'] ?? '';
  const signedAt = new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Math.abs(signedAt.getTime() - Date.now()) > 300_000) {
    return refusal(
      'InvalidSignatureException',
      `Signature expired: ${date} is now earlier than the earliest accepted time`,
    );
  }
  const person = personOfKey(key);
  if (!person || call.headers['x-amz-security-token'] !== person.sessionToken) {
    return refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  const { pathname, searchParams } = new URL(call.path, 'http://gateway');
  const own = new Set(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256']);
  const headers = signedHeaders.split(';').filter((name) => !own.has(name));
  const { accessKeyId, secretAccessKey, sessionToken } = person;
  const again = await new SignatureV4({
    service: 'execute-api',
    region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    sha256: Sha256,
  }).sign(
    {
      method: call.method,
      protocol: 'http:',
      hostname: 'gateway',
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: Object.fromEntries(headers.map((name) => [name, call.headers[name] ?? ''])),
      ...(call.body ? { body: call.body } : {}),
    },
    { signingDate: signedAt },
  );
  if (again.headers.authorization !== authorization) {
    return refusal(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  return person;
}

export async function startGateway(app: App): Promise<Gateway> {
  const server = createServer((request, response) => {
    void (async () => {
      const call: GatewayCall = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers as Record<string, string>,
        body: await readBody(request),
      };
      gateway.calls.push(call);
      const wanted = gateway.intercept?.(call);
      if (wanted === 'cut-before') {
        request.socket.destroy();
        return;
      }
      const answer = typeof wanted === 'object' ? wanted : await carryOut(app, call);
      if (wanted === 'cut-after') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    })();
  });
  const gateway: Gateway = {
    url: '',
    calls: [],
    intercept: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gateway.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${stage}`;
  return gateway;
}

async function carryOut(app: App, call: GatewayCall): Promise<GatewayAnswer> {
  const signer = await verify(call);
  if ('status' in signer) return signer;
  if (!call.path.startsWith(`${stage}/`)) {
    return refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  // As hono/aws-lambda hands it over: the path without the stage, the identity beside the request.
  const answer = await app.fetch(
    new Request(`http://api${call.path.slice(stage.length)}`, {
      method: call.method,
      headers: call.headers,
      ...(call.body ? { body: call.body } : {}),
    }),
    { event: { requestContext: { identity: gatewayIdentity(signer) } } },
  );
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}
