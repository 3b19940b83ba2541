/** Asks a central OPA server: one POST to the one address of the settings, bounded in time and size, redirects not followed. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { type Evaluate, PolicyFault } from './judged-organisation.ts';
import { errorName } from './unavailable.ts';

export interface PolicyServer {
  /** Of the document itself: `https://opa.example.com/v1/data/curfew/access/verdict`. */
  url: string;
  /** Authority that the server's certificate is checked by, in PEM; those that Node.js knows where left out. */
  certificateAuthority?: string;
  /** Longest wait for the whole answer: 2000 ms. */
  timeoutMs?: number;
}

const maxAnswerBytes = 64 * 1024;

/** Throws for an address that isn't https. */
export function policyServer({ url, certificateAuthority, timeoutMs = 2_000 }: PolicyServer): Evaluate {
  const address = new URL(url);
  if (address.protocol !== 'https:') throw new Error('The address of a policy server begins with https.');
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    // A connection that was kept while the function was frozen may be dead: each question has its own.
    agent: false as const,
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
  };
  return async (input) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const question = request(address, { ...options, signal }).end(JSON.stringify({ input }));
      const [response]: IncomingMessage[] = await once(question, 'response', { signal });
      return resultOf(response ? await answerOf(response) : '');
    } catch (error) {
      if (error instanceof PolicyFault) throw error;
      if (signal.aborted) throw new PolicyFault(`its server took longer than ${timeoutMs} ms`);
      throw new PolicyFault(`its server can't be reached (${errorName(error)})`);
    }
  };
}

async function answerOf(response: IncomingMessage): Promise<string> {
  if (response.statusCode !== 200) {
    response.destroy();
    throw new PolicyFault(`its server answered with status ${response.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes) {
      response.destroy();
      throw new PolicyFault(`its server answered with more than ${maxAnswerBytes / 1024} KiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `{}` is how a server says that the document is undefined. */
function resultOf(text: string): unknown {
  const answer = parsed(text);
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    throw new PolicyFault('its server answered in no form that opa knows');
  return 'result' in answer ? answer.result : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
