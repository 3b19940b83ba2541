/** Executions: the memory twin and Step Functions do the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryExecutions } from '#adapters/memory/executions.ts';
import { stepFunctions } from '#adapters/step-functions.ts';
import { Unavailable } from '#domain/errors.ts';
import { executionsContract } from './executions.ts';
import { makeFunction } from './lambda-fixture.ts';
import { localCloud, region } from './local-cloud.ts';

describe('Executions in memory', () => {
  executionsContract(async () => {
    const executions = new MemoryExecutions();
    const tokens = new Map<string, string>();
    return {
      executions,
      async tokenOf(requestId) {
        const token = executions.issueToken();
        tokens.set(token, requestId);
        return token;
      },
      async endingOf(requestId) {
        executions.end(requestId);
        const { outcome, error = '', cause = '' } = executions.deliveries.at(-1) ?? { outcome: 'succeed' };
        return outcome === 'succeed' ? {} : { error, cause };
      },
    };
  });
});

describe('Executions in Step Functions', () => {
  localCloud();
  const sfn = () => new SFNClient({ region });
  let stateMachineArn = '';

  beforeAll(async () => {
    const functionArn = await makeFunction('Asked', 'export const handler = async () => ({});');
    const { Role } = await new IAMClient({ region }).send(
      new CreateRoleCommand({
        RoleName: 'machine',
        AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
      }),
    );
    const waits = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: functionArn, Payload: { taskToken: '{% $states.context.Task.Token %}' } },
      TimeoutSeconds: 60,
      End: true,
    };
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Waits',
      States: { Waits: waits },
    });
    const made = await sfn().send(
      new CreateStateMachineCommand({ name: 'contract', definition, roleArn: Role?.Arn }),
    );
    stateMachineArn = made.stateMachineArn ?? '';
  });

  const executionArn = (id: string) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;

  executionsContract(async () => ({
    executions: stepFunctions('granting', region, stateMachineArn),
    tokenOf: (id) =>
      polled(async () => {
        const { events = [] } = await sfn().send(
          new GetExecutionHistoryCommand({ executionArn: executionArn(id), includeExecutionData: true }),
        );
        const scheduled = events.find(({ type }) => type === 'TaskSubmitted' || type === 'TaskScheduled');
        const text = JSON.stringify(
          events.map(({ taskScheduledEventDetails }) => taskScheduledEventDetails?.parameters),
        );
        const token = /taskToken\W+([\w+/=-]{8,})/.exec(text)?.[1];
        return scheduled && token ? token : undefined;
      }),
    endingOf: (id) =>
      polled(async () => {
        const { status, error, cause } = await sfn().send(
          new DescribeExecutionCommand({ executionArn: executionArn(id) }),
        );
        if (status === 'RUNNING') return undefined;
        return { ...(error ? { error } : {}), ...(cause ? { cause } : {}) };
      }),
  }));

  it('hands on the request and its review window as input, the same on every start', async () => {
    const executions = stepFunctions('granting', region, stateMachineArn);
    const request = { id: '01KAJ000000000000000INPUT1', reviewBy: '2036-11-21T08:00:00.000Z', asked: {} };
    await executions.start(request);
    await executions.start(request);
    const { input } = await sfn().send(
      new DescribeExecutionCommand({ executionArn: executionArn(request.id) }),
    );
    expect(input).toBe('{"requestId":"01KAJ000000000000000INPUT1","reviewBy":"2036-11-21T08:00:00.000Z"}');
  });

  it('hands on when a grant is to be opened, where that is not at once', async () => {
    const executions = stepFunctions('granting', region, stateMachineArn);
    const startsAt = '2036-11-22T08:00:00.000Z';
    const request = { id: '01KAJ000000000000000INPUT3', reviewBy: startsAt, asked: { startsAt } };
    await executions.start(request);
    const { input = '' } = await sfn().send(
      new DescribeExecutionCommand({ executionArn: executionArn(request.id) }),
    );
    expect(JSON.parse(input)).toEqual({ requestId: request.id, reviewBy: startsAt, opensAt: startsAt });
  });

  it('says Unavailable when there is no such state machine', async () => {
    const executions = stepFunctions('granting', region, `${stateMachineArn}-not-there`);
    const request = { id: '01KAJ000000000000000INPUT2', reviewBy: '2036-11-21T08:00:00.000Z', asked: {} };
    await expect(executions.start(request)).rejects.toBeInstanceOf(Unavailable);
  });
});

async function polled<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error('It did not happen within 10 s.');
}
