/** The state machine: one execution per request, named by its id; waiting states are answered by their task tokens. */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { Executions, Startable } from '#ports';
import { executionInput } from './execution-input.ts';
import { type Purpose, sdkOptions } from './sdk-options.ts';
import { attempt, unavailable } from './unavailable.ts';

const longestCause = 1000;

export class StepFunctionsExecutions implements Executions {
  readonly #sfn: SFNClient;
  readonly #stateMachineArn: string;
  constructor(sfn: SFNClient, stateMachineArn: string) {
    this.#sfn = sfn;
    this.#stateMachineArn = stateMachineArn;
  }

  /**
   * The input is the same byte for byte on every repeat: while an execution runs, AWS answers such a repeat as if it
   * had started now, so 'started' may also mean that it was running already.
   */
  async start(request: Startable): Promise<'started' | 'exists'> {
    const { id } = request;
    const command = new StartExecutionCommand({
      stateMachineArn: this.#stateMachineArn,
      name: id,
      input: executionInput(request),
    });
    try {
      await this.#sfn.send(command);
      return 'started';
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return 'exists';
      throw unavailable(`Starting the execution of request ${id}`, error);
    }
  }

  async status(requestId: string): Promise<'running' | 'ended' | 'absent'> {
    const command = new DescribeExecutionCommand({ executionArn: this.#executionArn(requestId) });
    try {
      const { status } = await this.#sfn.send(command);
      // PENDING_REDRIVE goes on by itself; every other status is an end.
      return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return 'absent';
      throw unavailable(`Looking at the execution of request ${requestId}`, error);
    }
  }

  succeed(taskToken: string): Promise<'delivered' | 'gone'> {
    return deliver(() => this.#sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })));
  }

  fail(taskToken: string, error: string, cause: string): Promise<'delivered' | 'gone'> {
    const input = { taskToken, error, cause: cause.slice(0, longestCause) };
    return deliver(() => this.#sfn.send(new SendTaskFailureCommand(input)));
  }

  #executionArn(requestId: string): string {
    return `${this.#stateMachineArn.replace(':stateMachine:', ':execution:')}:${requestId}`;
  }
}

/** AWS has three names for a token whose task no longer waits. */
async function deliver(send: () => Promise<unknown>): Promise<'delivered' | 'gone'> {
  return attempt('Answering a waiting state', async () => {
    try {
      await send();
      return 'delivered';
    } catch (error) {
      const gone =
        error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken;
      if (gone) return 'gone';
      throw error;
    }
  });
}

export function stepFunctions(
  purpose: Purpose,
  region: string,
  stateMachineArn: string,
): StepFunctionsExecutions {
  return new StepFunctionsExecutions(new SFNClient(sdkOptions(purpose, region)), stateMachineArn);
}
