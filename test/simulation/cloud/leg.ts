/** The sweep's calls to the cluster leg: the deployed adapter, over a client that calls the simulated functions. */
import type { InvokeCommand, InvokeCommandOutput, LambdaClient } from '@aws-sdk/client-lambda';
import { LambdaClusterLeg } from '#adapters/lambda-cluster-leg.ts';
import { TaskFailure } from '../asl/host.ts';
import type { FunctionName } from './functions.ts';
import type { Scheduler } from './scheduler.ts';

/** How long that adapter's client waits for an answer. */
const answerWithinMs = 45_000;

export function clusterLeg(
  scheduler: Scheduler,
  invoke: (name: FunctionName, payload: unknown) => Promise<unknown>,
): LambdaClusterLeg {
  const send = ({ input }: InvokeCommand): Promise<Pick<InvokeCommandOutput, 'Payload' | 'FunctionError'>> =>
    new Promise((resolve, reject) => {
      const answer = (value: unknown, FunctionError?: string) => {
        giveUp();
        const Payload = Buffer.from(JSON.stringify(value)) as never;
        resolve(FunctionError === undefined ? { Payload } : { Payload, FunctionError });
      };
      const giveUp = scheduler.in(answerWithinMs, () =>
        reject(Object.assign(new Error('No answer in time.'), { name: 'TimeoutError' })),
      );
      const event: unknown = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString('utf8'));
      invoke(input.FunctionName as FunctionName, event).then(
        (result) => answer(result),
        (failure: unknown) => {
          const errorType = failure instanceof TaskFailure ? failure.error : 'Error';
          answer({ errorType, errorMessage: String(failure) }, 'Unhandled');
        },
      );
    });
  return new LambdaClusterLeg({ send } as unknown as LambdaClient, {
    unbind: 'UnbindRole',
    survey: 'SurveyCluster',
  });
}
