/** The token that says whose CI job this is: asked of GitHub's runner, or given by GitLab; for Curfew and nobody else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { IdentityRefused, InvalidInput, Unavailable } from '#domain/errors.ts';
import { type HttpAnswer, httpCall, isLoopback, networkFault } from './http-call.ts';

/** Undefined where this is no job, or one that may have no token: the API says whether it needs one. */
export type JobToken = () => Promise<string | undefined>;

const audience = 'curfew';
/** Newer than this much before its end is good for a call. */
const marginMs = 60_000;
const timeoutMs = 10_000;
const attempts = 3;
const pauseMs = 400;

export function jobToken(env: NodeJS.ProcessEnv = process.env): JobToken {
  // GitLab makes it with the job: id_tokens names the variable.
  const {
    CURFEW_ID_TOKEN: given,
    ACTIONS_ID_TOKEN_REQUEST_URL: at,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: by,
  } = env;
  if (given) return async () => given;
  if (!at || !by) return async () => undefined;
  let kept: { token: string; until: number } | undefined;
  return async () => {
    if (!kept || Date.now() >= kept.until) {
      const token = await askRunner(at, by);
      kept = { token, until: endOf(token) - marginMs };
    }
    return kept.token;
  };
}

async function askRunner(at: string, by: string): Promise<string> {
  const url = runnerUrl(at);
  for (let attempt = 1; ; attempt++) {
    let answer: HttpAnswer | undefined;
    let fault: unknown;
    try {
      const headers = { authorization: `Bearer ${by}`, accept: 'application/json' };
      answer = await httpCall({ method: 'GET', url, headers, timeoutMs });
    } catch (error) {
      fault = error;
    }
    const passing = answer === undefined || answer.status === 429 || answer.status >= 500;
    if (!passing && answer) return tokenIn(answer, url);
    if (attempt < attempts) {
      await sleep(attempt * pauseMs);
      continue;
    }
    const why = answer ? `${url.host} answered with status ${answer.status}` : networkFault(fault, url);
    throw new Unavailable(`GitHub gave this job no token for Curfew: ${why}. Run the job again.`);
  }
}

/** Where the runner says, and nowhere that could be listened to: what is sent there could have any token of the job. */
function runnerUrl(at: string): URL {
  const url = URL.parse(at);
  if (!url || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))))
    throw new InvalidInput(
      'ACTIONS_ID_TOKEN_REQUEST_URL is not an https:// address. GitHub sets it in jobs with `permissions: id-token: write`; nothing else should.',
    );
  url.searchParams.set('audience', audience);
  return url;
}

function tokenIn({ status, text }: HttpAnswer, url: URL): string {
  let value: unknown;
  try {
    ({ value } = JSON.parse(text) as { value?: unknown });
  } catch {
    // Said below: it is no answer.
  }
  if (status === 200 && typeof value === 'string' && value !== '') return value;
  throw new IdentityRefused(
    `GitHub gave this job no token for Curfew (status ${status} of ${url.host}). Its workflow needs \`permissions: id-token: write\`, for the job too where that has permissions of its own.`,
  );
}

/** In ms since 1970; long ago where it can't be read, so that the next call asks for a new one. */
function endOf(token: string): number {
  try {
    return (decodeJwt(token).exp ?? 0) * 1000;
  } catch {
    return 0;
  }
}
