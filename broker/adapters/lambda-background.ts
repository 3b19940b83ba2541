/** Calls functions of the AWS leg without waiting for them: Lambda keeps the call and tries it again by itself. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { ClusterSweep } from '#domain/cluster-sweep.ts';
import type { Background } from '#ports';
import { sdkOptions } from './sdk-options.ts';
import { attempt } from './unavailable.ts';

/** Names of those that the calling function may call. */
export type BackgroundFunctions = Partial<Record<keyof Background, string>>;

export class LambdaBackground implements Background {
  readonly #lambda: LambdaClient;
  readonly #functions: BackgroundFunctions;
  constructor(lambda: LambdaClient, functions: BackgroundFunctions) {
    this.#lambda = lambda;
    this.#functions = functions;
  }

  async sweepCluster(sweep: ClusterSweep): Promise<void> {
    const what = `SweepCluster for ${sweep.cluster.eksName}`;
    await this.#call(what, this.#functions.sweepCluster, sweep);
  }

  async killGrants(killId: string): Promise<void> {
    await this.#call(`KillGrants for ${killId}`, this.#functions.killGrants, { killId });
  }

  async askByTicket(): Promise<void> {
    await this.#call('AskByTicket', this.#functions.askByTicket, {});
  }

  async #call(what: string, FunctionName: string | undefined, input: unknown): Promise<void> {
    if (FunctionName === undefined) throw new Error(`${what}: this function was not told its name.`);
    const Payload = Buffer.from(JSON.stringify(input));
    const command = new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload });
    await attempt(`Calling ${what}`, () => this.#lambda.send(command));
  }
}

export function lambdaBackground(region: string, functions: BackgroundFunctions): LambdaBackground {
  return new LambdaBackground(new LambdaClient(sdkOptions('revoking', region)), functions);
}
