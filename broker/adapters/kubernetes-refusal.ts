/** Calls to one cluster's API server: what it refuses, and how that reads in the ports' words. */
import { ApiException } from '@kubernetes/client-node';
import * as z from 'zod';
import { ClusterNotReady, type CurfewError, Unavailable } from '#domain/errors.ts';
import { errorName } from './unavailable.ts';

export interface Refusal {
  status: number;
  /** Of the Status object in the body, where there is one. */
  reason: string;
  message: string;
}

/** A 404 of the API server about the object; one of something in between, or of a path, proves nothing. */
export function isAbsent({ status, reason }: Refusal): boolean {
  return status === 404 && reason === 'NotFound';
}

/** `expected` turns a refusal into an answer (or throws); whatever it leaves undefined becomes one of the ports' words. */
export async function ask<T, A extends string>(
  eksName: string,
  what: string,
  call: () => Promise<T>,
  expected: (refusal: Refusal) => A | undefined,
): Promise<T | A> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ApiException)) {
      const message = `${what}: the API server of ${eksName} did not answer (${networkReason(error)}).`;
      throw new Unavailable(message, { cause: error });
    }
    const refusal = refusalOf(error);
    const answer = expected(refusal);
    if (answer !== undefined) return answer;
    throw unexpected(eksName, what, refusal);
  }
}

function unexpected(eksName: string, what: string, { status, message }: Refusal): CurfewError {
  const told = `${what} on ${eksName} was answered ${status}${message ? `: ${message}` : ''}`.slice(0, 800);
  // The cluster's authenticator asks STS about every token, so even a good one may be refused for a moment.
  if (status === 401) return new Unavailable(`${told}. If this lasts, run \`curfew onboard\` there.`);
  if (status === 403) return new ClusterNotReady(`${told}. Run \`curfew onboard\` there.`);
  return new Unavailable(told);
}

const statusBody = z.object({ reason: z.string().default(''), message: z.string().default('') });

function refusalOf({ code, body }: ApiException<unknown>): Refusal {
  const parsed = z.safeParse(statusBody, typeof body === 'string' ? jsonOf(body) : body);
  return { status: code, ...(parsed.success ? parsed.data : { reason: '', message: '' }) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** undici hides what happened in the cause of its `fetch failed`. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return errorName(cause instanceof Error ? cause : error);
}
