/** One call to the API: signed with the caller's own IAM identity, retried only where a repeat can do no harm. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { Unavailable } from '#domain/errors.ts';
import { type HttpAnswer, httpCall, networkFault } from '../http-call.ts';
import type { Identity } from '../identity.ts';
import type { JobToken } from '../job-token.ts';
import { failureOf } from './answers.ts';

export interface ApiTarget {
  /** Base URL, with the stage's path if it has one. */
  url: URL;
  identity: Identity;
  /** Of the CI job that this is, which its calls carry and sign. */
  jobToken?: JobToken;
}

export interface SignedCall {
  method: 'GET' | 'POST';
  /** From `/v1/` on. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
  /** Whether doing it twice is the same as doing it once. */
  repeatable: boolean;
  signal?: AbortSignal;
}

/** API Gateway gives up after 29 s; a little more leaves the word to it. */
const timeoutMs = 31_000;
const attempts = 4;

/** Codes of faults after which the server can't have seen the call. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const passing = new Set([429, 502, 503, 504]);

/** Region of an API Gateway host name, or undefined for a domain of one's own. */
export function regionOfHost(hostname: string): string | undefined {
  return /\.execute-api(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.|vpce\.)/.exec(`${hostname}`)?.[1];
}

/** The parsed JSON of an answer below 400. Throws the failure that any other stands for (see answers.ts). */
export async function signedCall(target: ApiTarget, call: SignedCall): Promise<unknown> {
  const region = regionOfHost(target.url.hostname) ?? (await target.identity.region());
  for (let attempt = 1; ; attempt++) {
    const signedAt = new Date();
    let answer: HttpAnswer;
    try {
      answer = await send(target, call, region, signedAt);
    } catch (error) {
      call.signal?.throwIfAborted();
      const code = (error as { code?: string }).code;
      if (code === undefined) throw error;
      if (attempt < attempts && (call.repeatable || neverSent.has(code))) {
        await pause(attempt, call.signal);
        continue;
      }
      const unsure = call.repeatable || neverSent.has(code) ? '' : ' Whether it took effect is not known.';
      throw new Unavailable(`Curfew's API can't be reached: ${networkFault(error, target.url)}.${unsure}`, {
        cause: error,
      });
    }
    if (answer.status < 400) return parse(answer, target.url);
    if (attempt < attempts && passing.has(answer.status) && (call.repeatable || answer.status === 429)) {
      await pause(attempt, call.signal);
      continue;
    }
    throw failureOf(answer, {
      host: target.url.host,
      region,
      signInHint: target.identity.signInHint,
      signedAt,
    });
  }
}

async function send(
  target: ApiTarget,
  call: SignedCall,
  region: string,
  signedAt: Date,
): Promise<HttpAnswer> {
  const credentials = await target.identity.credentials();
  const token = await target.jobToken?.();
  const url = new URL(target.url);
  url.pathname = `${url.pathname.replace(/\/$/, '')}${call.path}`;
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const signed = await signer.sign(
    {
      method: call.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: call.query ?? {},
      headers: {
        host: url.host,
        accept: 'application/json, application/problem+json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { 'x-curfew-identity-token': token }),
        ...call.headers,
      },
      ...(body === undefined ? {} : { body }),
    },
    { signingDate: signedAt },
  );
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  return httpCall({
    method: call.method,
    url,
    headers: signed.headers,
    ...(body === undefined ? {} : { body }),
    timeoutMs,
    ...(call.signal ? { signal: call.signal } : {}),
  });
}

function parse(answer: HttpAnswer, url: URL): unknown {
  try {
    return JSON.parse(answer.text);
  } catch (error) {
    throw new Unavailable(
      `${url.host} did not answer as Curfew's API does (status ${answer.status}, no JSON). Check the URL, and whether a proxy or sign-in page stands in between.`,
      { cause: error },
    );
  }
}

/** Half of it random, so that many clients don't come back at once. */
async function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const { setTimeout: sleep } = await import('node:timers/promises');
  const ms = 250 * 2 ** attempt;
  await sleep(ms / 2 + Math.random() * (ms / 2), undefined, signal ? { signal } : {});
}
