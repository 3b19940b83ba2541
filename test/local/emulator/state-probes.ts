/** Probes of the mends that concern Step Functions. */
import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import { obedient, only, type ProbedCloud, pause, storeToken } from './cloud.ts';
import { errorOf, type Probe } from './probe.ts';
import { elsewhere, withRestart } from './restart.ts';
import { toldBy } from './told-events.ts';

const jsonata = { QueryLanguage: 'JSONata' };

const queuesOf = ({ emulator: { url } }: ProbedCloud) =>
  new SQSClient({ region, endpoint: url, credentials: rootKeys, useQueueUrlAsEndpoint: false });

export const stateProbes: Probe[] = [
  {
    mend: 'sqs_queues_kept',
    title: 'a queue is the same one, with what is in it, at another address',
    mended: 'kept',
    stock: 'nothing',
    see: (like) =>
      elsewhere(
        like,
        async (cloud) => {
          const { QueueUrl } = await queuesOf(cloud).send(new CreateQueueCommand({ QueueName: 'moved' }));
          await queuesOf(cloud).send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
        },
        async (cloud) => {
          const { QueueUrl } = await queuesOf(cloud).send(new CreateQueueCommand({ QueueName: 'moved' }));
          const { Messages } = await queuesOf(cloud).send(new ReceiveMessageCommand({ QueueUrl }));
          return Messages?.[0]?.Body ?? 'nothing';
        },
      ),
  },
  {
    mend: 'states_endings',
    title: 'a stopped execution stays as it was stopped',
    mended: { wait: ['ABORTED', 'ExecutionAborted'], callback: ['ABORTED', 'ExecutionAborted'] },
    stock: { wait: ['ABORTED', 'WaitStateExited'], callback: ['FAILED', 'ExecutionFailed'] },
    see: async (cloud) => {
      const lastOf = async (state: object) => {
        const executionArn = await cloud.start(only(state));
        await pause(700);
        await cloud.states.send(new StopExecutionCommand({ executionArn }));
        await pause(2500); // longer than the state would have lasted
        return [
          (await cloud.describe(executionArn)).status,
          (await cloud.history(executionArn)).at(-1)?.type,
        ];
      };
      const [wait, callback] = await Promise.all([
        lastOf({ Type: 'Wait', Seconds: 2, End: true }),
        lastOf(storeToken('stopped', { TimeoutSeconds: 2 })),
      ]);
      return { wait, callback };
    },
  },
  {
    mend: 'states_endings',
    title: 'a state machine’s own time limit ends the execution, past every Catch',
    mended: 'TIMED_OUT',
    stock: 'SUCCEEDED',
    see: async (cloud) => {
      const state = obedient(
        { how: 'sleep', milliseconds: 2500 },
        { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] },
      );
      const definition = {
        StartAt: 'Only',
        TimeoutSeconds: 1,
        States: { Only: state, Caught: { Type: 'Succeed' } },
      };
      return (await cloud.outcome(await cloud.start(definition))).status;
    },
  },
  {
    mend: 'states_restart_told',
    title: 'EventBridge hears of an execution that a restart has failed',
    mended: ['FAILED', 'FAILED', 'ExecutionFailed'],
    stock: ['nothing', 'FAILED', 'TaskScheduled'],
    see: (like) =>
      withRestart(like, async (cloud, restart) => {
        await cloud.prepare();
        const executionArn = await cloud.start(only(storeToken('restarted', { TimeoutSeconds: 600 })));
        await cloud.tokens('restarted');
        const pattern = { source: ['aws.states'], detail: { status: ['FAILED'] } };
        const told = z.object({ status: z.string() }).safeParse(await toldBy(cloud, pattern, restart));
        return [
          told.data?.status ?? 'nothing',
          (await cloud.describe(executionArn)).status,
          (await cloud.history(executionArn)).at(-1)?.type,
        ];
      }),
  },
  {
    mend: 'states_tasks',
    title: 'a callback task whose function fails, fails at once with its error',
    mended: ['FAILED', true],
    stock: ['FAILED', false],
    see: async (cloud) => {
      const Resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
      const { status, error } = await cloud.outcome(
        await cloud.start(only(obedient({ how: 'throw' }, { Resource, TimeoutSeconds: 3 }))),
      );
      return [status, error !== 'States.Timeout'];
    },
  },
  {
    mend: 'states_tasks',
    title: 'a JSONata time limit of a callback task is obeyed, and can be caught',
    mended: 'caught States.Timeout',
    stock: 'failed with States.Runtime',
    see: async (cloud) => {
      const state = storeToken('limited', {
        TimeoutSeconds: '{% $states.input.seconds %}',
        Catch: [
          { ErrorEquals: ['States.Timeout'], Output: '{% $states.errorOutput.Error %}', Next: 'Caught' },
        ],
      });
      const definition = { StartAt: 'Only', States: { Only: state, Caught: { Type: 'Succeed' } } };
      const { status, output, error } = await cloud.outcome(await cloud.start(definition, { seconds: 1 }));
      return status === 'SUCCEEDED' ? `caught ${JSON.parse(output ?? '""')}` : `failed with ${error}`;
    },
  },
  {
    mend: 'states_tasks',
    title: 'a callback task that misses its heartbeat fails, and one that keeps it does not',
    mended: ['States.HeartbeatTimeout', 'States.Timeout'],
    stock: ['States.Timeout', 'States.Timeout'],
    see: async (cloud) => {
      const limits = { HeartbeatSeconds: 2, TimeoutSeconds: 4 };
      const missing = await cloud.start(only(storeToken('missing', limits)));
      const keeping = await cloud.start(only(storeToken('keeping', limits)));
      const [taskToken] = await cloud.tokens('keeping');
      const beat = setInterval(() => {
        cloud.states.send(new SendTaskHeartbeatCommand({ taskToken })).catch(() => {}); // refused once the task has ended
      }, 500);
      const errors = [(await cloud.outcome(missing)).error, (await cloud.outcome(keeping)).error];
      clearInterval(beat);
      return errors;
    },
  },
  {
    mend: 'states_tasks',
    title:
      'each attempt of a callback task has a token of its own, and MaxDelaySeconds bounds the pause between them',
    mended: ['FAILED', 2],
    stock: ['RUNNING', 1],
    see: async (cloud) => {
      const Retry = [
        { ErrorEquals: ['States.Timeout'], IntervalSeconds: 50, MaxDelaySeconds: 1, MaxAttempts: 1 },
      ];
      const execution = await cloud.start(only(storeToken('again', { TimeoutSeconds: 1, Retry })));
      const { status } = await cloud.outcome(execution, 10_000);
      return [status, new Set(await cloud.tokens('again')).size];
    },
  },
  {
    mend: 'states_tasks',
    title: 'the history tells when a task was submitted and that it timed out',
    mended: ['TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskTimedOut'],
    stock: ['TaskStateEntered', 'TaskScheduled', 'TaskFailed'],
    see: async (cloud) => {
      const execution = await cloud.start(only(storeToken('told', { TimeoutSeconds: 1 })));
      await cloud.outcome(execution);
      return (await cloud.history(execution))
        .map(({ type }) => type)
        .filter((type) => type?.startsWith('Task'));
    },
  },
  {
    mend: 'states_tokens',
    title: 'a token is answered once, and each wrong answer has its name',
    mended: ['none', 'TaskTimedOut', 'InvalidToken', 'SUCCEEDED'],
    stock: ['none', 'TaskDoesNotExist', 'TaskDoesNotExist', 'SUCCEEDED'],
    see: async (cloud) => {
      const execution = await cloud.start(only(storeToken('once')));
      const [taskToken] = await cloud.tokens('once');
      const first = await errorOf(cloud.states.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })));
      const { status } = await cloud.outcome(execution);
      const second = await errorOf(cloud.states.send(new SendTaskFailureCommand({ taskToken })));
      const bogus = await errorOf(
        cloud.states.send(new SendTaskSuccessCommand({ taskToken: 'bogus', output: '{}' })),
      );
      return [first, second, bogus, status];
    },
  },
  {
    mend: 'states_start_again',
    title: 'starting again with the same name and input answers with the running execution',
    mended: { same: 'none', otherInput: 'ExecutionAlreadyExists' },
    stock: { same: 'ExecutionAlreadyExists', otherInput: 'ExecutionAlreadyExists' },
    see: async (cloud) => {
      const stateMachineArn = await cloud.machine(only({ Type: 'Wait', Seconds: 3, End: true }));
      const start = (input: string) =>
        cloud.states.send(new StartExecutionCommand({ stateMachineArn, name: 'again', input }));
      await start('{"a":1}');
      return { same: await errorOf(start('{"a":1}')), otherInput: await errorOf(start('{"a":2}')) };
    },
  },
  {
    mend: 'states_error_matching',
    title: 'States.ALL does not catch States.Runtime',
    mended: ['FAILED', 'States.Runtime'],
    stock: ['SUCCEEDED', undefined],
    see: async (cloud) => {
      const state = {
        Type: 'Task',
        Resource: 'arn:aws:states:::nowhere:doNothing',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      };
      const definition = { StartAt: 'Only', States: { Only: state, Caught: { Type: 'Succeed' } } };
      const { status, error } = await cloud.outcome(await cloud.start(definition));
      return [status, error];
    },
  },
  {
    mend: 'states_succeed_output',
    title: 'a JSONata Succeed state shapes the output',
    mended: { was: { a: 1 } },
    stock: { a: 1 },
    see: (cloud) =>
      outputOf(cloud, only({ Type: 'Succeed', Output: { was: '{% $states.input %}' } }, jsonata), { a: 1 }),
  },
  {
    mend: 'states_assign_together',
    title: 'the variables of one Assign do not see each other’s new values',
    mended: 1,
    stock: 2,
    see: (cloud) =>
      outputOf(cloud, {
        ...jsonata,
        StartAt: 'First',
        States: {
          First: { Type: 'Pass', Assign: { a: 1 }, Next: 'Second' },
          Second: { Type: 'Pass', Assign: { a: 2, b: '{% $a %}' }, Next: 'Third' },
          Third: { Type: 'Pass', Output: '{% $b %}', End: true },
        },
      }),
  },
];

async function outputOf(cloud: ProbedCloud, definition: object, input: object = {}): Promise<unknown> {
  const { output } = await cloud.outcome(await cloud.start(definition, input));
  return JSON.parse(output ?? 'null');
}
