/** One question over https, bounded in time and size: redirects are not followed, and no connection is kept. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { errorName } from './unavailable.ts';

export interface Question {
  method: 'GET' | 'POST' | 'PATCH';
  headers: Record<string, string>;
  body?: string;
  /** PEM; in place of the authorities that Node.js knows. */
  certificateAuthority?: string | undefined;
  /** Longest wait for the whole answer. */
  timeoutMs: number;
  /** 0: the body of the answer is not read. */
  maxAnswerBytes: number;
  /** Finds the addresses of its host, in place of the system's own way. Not asked for by whoever goes through a proxy, which finds them itself. */
  lookup?: LookupFunction | undefined;
}

/** Why there is no answer that can be used, as the end of a sentence: "took longer than 2000 ms". */
export class NoAnswer extends Error {}

/** Only the body of a 200 is read. Throws NoAnswer; a status that is not 200 is for the caller to judge. */
export async function ask(url: URL, question: Question): Promise<{ status: number; text: string }> {
  const { method, headers, body, certificateAuthority: ca, timeoutMs, maxAnswerBytes, lookup } = question;
  const signal = AbortSignal.timeout(timeoutMs);
  // A connection that was kept while the function was frozen may be dead: each question has its own. By Node's own
  // agent all the same, which is the one that goes by HTTPS_PROXY where NODE_USE_ENV_PROXY says so.
  const alone = { ...headers, connection: 'close' };
  const options = {
    method,
    headers: alone,
    signal,
    ...(ca === undefined ? {} : { ca }),
    ...(lookup === undefined ? {} : { lookup }),
  };
  try {
    const asking = request(url, options).end(body);
    const [response]: IncomingMessage[] = await once(asking, 'response', { signal });
    const status = response?.statusCode ?? 0;
    if (status === 200 && response && maxAnswerBytes > 0)
      return { status, text: await textOf(response, maxAnswerBytes) };
    response?.destroy();
    return { status, text: '' };
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    if (signal.aborted) throw new NoAnswer(`took longer than ${timeoutMs} ms`);
    throw new NoAnswer(`can't be reached (${errorName(error)})`);
  }
}

async function textOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      response.destroy();
      throw new NoAnswer(`answered with more than ${maxBytes / 1024} KiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
