/** Asks a central OPA server: one POST to the one address of the settings, bounded in time and size, redirects not followed. */
import { ask, NoAnswer } from './bounded-https.ts';
import { type Evaluate, PolicyFault } from './judged-organisation.ts';

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
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const bounds = { certificateAuthority, timeoutMs, maxAnswerBytes };
  return async (input) => {
    try {
      const body = JSON.stringify({ input });
      const { status, text } = await ask(address, { method: 'POST', headers, body, ...bounds });
      if (status !== 200) throw new NoAnswer(`answered with status ${status}`);
      return resultOf(text);
    } catch (error) {
      if (error instanceof NoAnswer) throw new PolicyFault(`its server ${error.message}`);
      throw error;
    }
  };
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
