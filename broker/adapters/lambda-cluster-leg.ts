/** Calls the cluster leg's functions directly, for the sweep and the kill switch, and for whoever has to look. Their errors keep their names. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { Unavailable } from '#domain/errors.ts';
import type { Survey, SurveyPlan, UnbindPlan, UnbindResult } from '#domain/plan.ts';
import { survey, unbindResult } from '#domain/step-input.ts';
import type { ClusterLeg, UnbindOutcome } from '#ports';
import { sdkOptions } from './sdk-options.ts';
import { attempt } from './unavailable.ts';
import { failureOf, readOutcomes } from './unbind-outcomes.ts';

/**
 * Below the time-out of the functions that call, so that they can still say what happened. UnbindRole may go on after
 * that; the next sweep finds what it did, and a second one beside it does no harm.
 */
const answerWithinMs = 45_000;
/** People, and what they wait for, can't wait longer: two tries, within their functions' time. */
const soonMs = 8_000;

export interface LegFunctions {
  unbind: string;
  survey: string;
}

/** Looks, and changes nothing. */
export class LambdaSurvey implements Pick<ClusterLeg, 'survey'> {
  readonly #lambda: LambdaClient;
  readonly #function: string;
  constructor(lambda: LambdaClient, functionName: string) {
    this.#lambda = lambda;
    this.#function = functionName;
  }

  async survey(plan: SurveyPlan): Promise<Survey> {
    const what = `SurveyCluster for ${plan.cluster.eksName}`;
    const result = z.safeParse(survey, await invoke(this.#lambda, what, this.#function, plan));
    if (result.success) return result.data;
    throw new Unavailable(`${what} answered something else than its result.`);
  }
}

export class LambdaClusterLeg extends LambdaSurvey implements ClusterLeg {
  readonly #lambda: LambdaClient;
  readonly #unbind: string;
  constructor(lambda: LambdaClient, { unbind, survey: surveyed }: LegFunctions) {
    super(lambda, surveyed);
    this.#lambda = lambda;
    this.#unbind = unbind;
  }

  async unbind(plan: UnbindPlan): Promise<UnbindResult> {
    const what = `UnbindRole for request ${plan.requestId}`;
    const result = z.safeParse(unbindResult, await invoke(this.#lambda, what, this.#unbind, plan));
    if (result.success) return result.data;
    throw new Unavailable(`${what} answered something else than its result.`);
  }

  async unbindAll(plans: readonly UnbindPlan[]): Promise<UnbindOutcome[]> {
    const what = `UnbindRole for ${plans.length} requests`;
    const answer = await invoke(this.#lambda, what, this.#unbind, { v: 1, plans });
    const outcomes = readOutcomes(answer, plans.length);
    if (outcomes) return outcomes;
    throw new Unavailable(`${what} answered something else than its outcomes.`);
  }
}

async function invoke(
  lambda: LambdaClient,
  what: string,
  functionName: string,
  input: unknown,
): Promise<unknown> {
  const command = new InvokeCommand({
    FunctionName: functionName,
    InvocationType: 'RequestResponse',
    Payload: Buffer.from(JSON.stringify(input)),
  });
  const { Payload, FunctionError } = await attempt(`Calling ${what}`, () => lambda.send(command));
  const answer = parse(Payload);
  if (FunctionError) throw failureOf(what, answer);
  return answer;
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}

export function lambdaClusterLeg(region: string, functions: LegFunctions): LambdaClusterLeg {
  const options = sdkOptions('revoking', region);
  const requestHandler = { ...options.requestHandler, requestTimeout: answerWithinMs };
  // One attempt: the sweep comes again by itself.
  return new LambdaClusterLeg(new LambdaClient({ ...options, requestHandler, maxAttempts: 1 }), functions);
}

export function lambdaSurvey(region: string, functionName: string): LambdaSurvey {
  const options = sdkOptions('granting', region);
  const requestHandler = { ...options.requestHandler, requestTimeout: soonMs };
  return new LambdaSurvey(new LambdaClient({ ...options, requestHandler, maxAttempts: 2 }), functionName);
}
