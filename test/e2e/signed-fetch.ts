/** HTTP calls signed by anyone for anything: what the SDK and the CLI would not send, and services there is no client for. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import type { CloudFacts } from './cloud.ts';
import type { E2ePerson } from './person.ts';

export interface SignedFetch {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as it is. */
  body?: string | Uint8Array<ArrayBuffer>;
  service?: string;
  region?: string;
  /** Default: now. */
  signedAt?: Date;
}

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

export async function signedFetch(url: URL, credentials: Keys, call: SignedFetch = {}): Promise<Response> {
  const { method = 'GET', body } = call;
  const headers = await signedHeaders(url, credentials, call);
  return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
}

/** The headers of a call, signed: what somebody who listens in could send again, as it is or changed. */
export async function signedHeaders(
  url: URL,
  credentials: Keys,
  { method = 'GET', headers = {}, body, signedAt, ...of }: SignedFetch = {},
): Promise<Record<string, string>> {
  const { sessionToken, ...keys } = credentials;
  const signer = new SignatureV4({
    ...{ service: 'execute-api', region, ...of, sha256: Sha256 },
    credentials: sessionToken === undefined ? keys : { ...keys, sessionToken },
    // No header with the body's hash: the emulator would take its word for the body, which AWS does not.
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host },
      ...(body === undefined ? {} : { body }),
    },
    signedAt ? { signingDate: signedAt } : {},
  );
  const { host: _, ...sent } = signed.headers;
  return sent;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever came, for a test to look at
  body: any;
}

/** A call of the API by a person; `body` as JSON unless it is text or bytes already. */
export async function callApi(
  { cloud, credentials }: Pick<E2ePerson, 'cloud' | 'credentials'>,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await signedFetch(new URL(cloud.apiUrl + path), credentials, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined
      ? {}
      : { body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
  });
  return answerOf(response);
}

export async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, body: /json/.test(headers.get('content-type') ?? '') ? JSON.parse(text) : text };
}

/** Every line that functions and API Gateway have logged so far, by log group. */
export async function logLines(cloud: CloudFacts): Promise<Record<string, string[]>> {
  const groups = await logs(cloud, 'DescribeLogGroups', {});
  const lines: Record<string, string[]> = {};
  for (const { logGroupName } of groups.logGroups) {
    const found: string[] = [];
    for (let nextToken: string | undefined; ; ) {
      const page = await logs(cloud, 'FilterLogEvents', { logGroupName, nextToken });
      for (const { message } of page.events) found.push(message);
      nextToken = page.nextToken;
      if (!nextToken) break;
    }
    lines[logGroupName] = found;
  }
  return lines;
}

async function logs(cloud: CloudFacts, action: string, input: object): Promise<Answer['body']> {
  const response = await signedFetch(new URL('/', cloud.emulatorUrl), rootKeys, {
    method: 'POST',
    service: 'logs',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${action}`,
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${action} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
