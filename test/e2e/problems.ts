/** What a refusal has to be: a clear problem, and nothing on record but what is said to be. */
import { expect } from 'vitest';
import type * as z from 'zod';
import type { GatewayProblemName } from '#http/gateway-problems.ts';
import { type ProblemName, problemView } from '#http/problem.ts';
import type { RequestView } from '#http/request-view.ts';
import type { E2ePerson } from './person.ts';
import type { Answer } from './signed-fetch.ts';

export interface Wanted {
  status: number;
  code: ProblemName | GatewayProblemName;
  /** What has to be said of what happened. */
  detail?: RegExp;
  /** What has to be said of what to do. */
  next: RegExp;
}

/** A problem of RFC 9457 in full: media type, status in line and body, code, what happened, what to do. */
export function expectProblem(
  { status, headers, body }: Answer,
  wanted: Wanted,
): z.output<typeof problemView> {
  const { code, detail = /\S/, next } = wanted;
  expect({ type: headers.get('content-type'), status, body }).toEqual({
    type: 'application/problem+json',
    status: wanted.status,
    body: expect.objectContaining({
      type: `urn:curfew:problem:${code}`,
      status: wanted.status,
      code,
      detail: expect.stringMatching(detail),
      next: expect.stringMatching(next),
    }),
  });
  return problemView.parse(body);
}

/** Makes a call, and finds the requests of this person that are on record since. */
export async function recordedBy<T>(
  { api }: Pick<E2ePerson, 'api'>,
  call: () => Promise<T>,
): Promise<{ answer: T; made: RequestView[] }> {
  const mine = async () => (await api.list({ scope: 'mine', limit: 100 })).items;
  const before = new Set((await mine()).map(({ id }) => id));
  const answer = await call();
  return { answer, made: (await mine()).filter(({ id }) => !before.has(id)) };
}
