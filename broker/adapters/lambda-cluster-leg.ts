/** Calls the cluster leg's UnbindRole directly, for the sweep and the kill switch. Its errors keep their names. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { FenceOpen, StillStanding, Unavailable } from '#domain/errors.ts';

import type { UnbindPlan, UnbindResult } from '#domain/plan.ts';
import { unbindResult } from '#domain/step-input.ts';
import type { ClusterLeg } from '#ports';
import { sdkOptions } from './sdk-options.ts';
import { attempt } from './unavailable.ts';

const failure = z.object({ errorType: z.string(), errorMessage: z.string().default('') });

/**
 * Below the time-out of SweepGrants, so that it can still say what happened. UnbindRole may go on after that; the next
 * sweep finds what it did, and a second one beside it does no harm.
 */
const answerWithinMs = 45_000;

export class LambdaClusterLeg implements ClusterLeg {
  readonly #lambda: LambdaClient;
  readonly #unbindFunction: string;
  constructor(lambda: LambdaClient, unbindFunction: string) {
    this.#lambda = lambda;
    this.#unbindFunction = unbindFunction;
  }

  async unbind(plan: UnbindPlan): Promise<UnbindResult> {
    const command = new InvokeCommand({
      FunctionName: this.#unbindFunction,
      InvocationType: 'RequestResponse',
      Payload: Buffer.from(JSON.stringify(plan)),
    });
    const what = `UnbindRole for request ${plan.requestId}`;
    const { Payload, FunctionError } = await attempt(`Calling ${what}`, () => this.#lambda.send(command));
    const answer = parse(Payload);
    if (FunctionError) throw failureOf(what, answer);
    const result = z.safeParse(unbindResult, answer);
    if (!result.success) throw new Unavailable(`${what} answered something else than its result.`);
    return result.data;
  }
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}

const kept = { FenceOpen, StillStanding } as const;

function failureOf(what: string, answer: unknown): Error {
  const result = z.safeParse(failure, answer);
  const { errorType, errorMessage } = result.success ? result.data : { errorType: '', errorMessage: '' };
  if (Object.hasOwn(kept, errorType)) return new kept[errorType as keyof typeof kept](errorMessage);
  return new Unavailable(`${what} failed (${errorType || 'no error type'}): ${errorMessage}`.slice(0, 500));
}

export function lambdaClusterLeg(region: string, unbindFunction: string): LambdaClusterLeg {
  const options = sdkOptions('revoking', region);
  const requestHandler = { ...options.requestHandler, requestTimeout: answerWithinMs };
  // One attempt: the sweep comes again by itself.
  return new LambdaClusterLeg(
    new LambdaClient({ ...options, requestHandler, maxAttempts: 1 }),
    unbindFunction,
  );
}
