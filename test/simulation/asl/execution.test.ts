/** Executions run as Step Functions runs them: output and variables, retries, catches, time-outs, tokens, stops. */
import { describe, expect, it } from 'vitest';
import { failure, Timeline } from './timeline.ts';

const invoke = 'arn:aws:states:::lambda:invoke';
const task = (fields: object, resource = invoke) => ({
  Type: 'Task',
  Resource: resource,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as CloudFormation substitutes it
  Arguments: { FunctionName: '${Work}', Payload: { n: '{% $states.input.n %}' } },
  TimeoutSeconds: 10,
  ...fields,
});
const machine = (States: object) => ({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States });
const waiting = `${invoke}.waitForTaskToken`;
const tokenPayload = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as CloudFormation substitutes it
  Arguments: { FunctionName: '${Work}', Payload: { token: '{% $states.context.Task.Token %}' } },
};

describe('output and variables', () => {
  it('hands the result on, or what Output makes of it, and Assign sees what was there before', async () => {
    const time = new Timeline({ Work: ({ n }: { n: number }) => ({ n: n + 1 }) });
    const assigns = { Assign: { n: '{% $states.result.Payload.n %}', was: '{% $states.input.n %}' } };
    const execution = time.run(
      machine({
        A: task({ ...assigns, Output: '{% $states.result.Payload %}', Next: 'B' }),
        B: task({
          Assign: { n: '{% $n + 10 %}', was: '{% $n %}' },
          Output: { n: '{% $was + $n %}' },
          Next: 'C',
        }),
        C: task({ Output: { seen: '{% [$n, $was] %}' }, End: true }),
      }),
      { n: 1 },
    );
    await time.pass(1);
    expect(execution.status).toBe('SUCCEEDED');
    expect(time.calls.map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('takes an expression that yields nothing for an error, which a Catch meets', async () => {
    const time = new Timeline({ Work: () => ({}) });
    const execution = time.run(
      machine({
        A: task({
          Output: '{% $states.result.Payload.missing %}',
          Catch: [
            { ErrorEquals: ['States.ALL'], Output: { e: '{% $states.errorOutput.Error %}' }, Next: 'B' },
          ],
          End: true,
        }),
        B: {
          Type: 'Choice',
          Choices: [{ Condition: "{% $states.input.e = 'States.QueryEvaluationError' %}", Next: 'Good' }],
          Default: 'Bad',
        },
        Good: { Type: 'Succeed' },
        Bad: { Type: 'Fail', Error: 'Bad', Cause: 'bad' },
      }),
      { n: 1 },
    );
    await time.pass(1);
    expect([execution.status, time.visited]).toEqual(['SUCCEEDED', ['A', 'B', 'Good']]);
  });

  it('fails where a choice has no yes or no', async () => {
    const time = new Timeline({ Work: () => ({}) });
    const execution = time.run(
      machine({
        A: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.n %}', Next: 'B' }], Default: 'B' },
        B: { Type: 'Succeed' },
      }),
      { n: 1 },
    );
    await time.pass(1);
    expect([execution.status, execution.error]).toEqual(['FAILED', 'States.QueryEvaluationError']);
  });
});

describe('retries', () => {
  const retried = (Retry: object[], extra: object = {}) =>
    machine({ A: task({ Retry, End: true, ...extra }) });

  it('wait with backoff up to the longest delay, and tell the count', async () => {
    const time = new Timeline({ Work: () => failure('Unavailable') });
    const execution = time.run(
      retried(
        [
          {
            ErrorEquals: ['States.ALL'],
            IntervalSeconds: 1,
            BackoffRate: 2,
            MaxDelaySeconds: 5,
            MaxAttempts: 4,
          },
        ],
        {
          Arguments: {
            // biome-ignore lint/suspicious/noTemplateCurlyInString: as CloudFormation substitutes it
            FunctionName: '${Work}',
            Payload: '{% $states.context.State.RetryCount %}',
          },
        },
      ),
    );
    await time.pass(60);
    expect(time.calls.map(({ second, payload }) => [second, payload])).toEqual([
      [0, 0],
      [1, 1],
      [3, 2],
      [7, 3],
      [12, 4],
    ]);
    expect([execution.status, execution.error]).toEqual(['FAILED', 'Unavailable']);
  });

  it('are counted per retrier, and only the first that names an error is asked', async () => {
    const names = ['Busy', 'Other', 'Busy', 'Other', 'Busy'];
    const time = new Timeline({ Work: (_: never, call: number) => failure(names[call] ?? 'Busy') });
    time.run(
      retried([
        { ErrorEquals: ['Busy'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 2 },
        { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 1, MaxAttempts: 2 },
      ]),
    );
    await time.pass(60);
    expect(time.calls.map(({ second }) => second)).toEqual([0, 1, 3, 4, 6]);
  });

  it('are none for an error with no attempts', async () => {
    const time = new Timeline({ Work: () => failure('Refused') });
    time.run(retried([{ ErrorEquals: ['Refused'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }]));
    await time.pass(60);
    expect(time.calls.length).toBe(1);
  });
});

describe('time-outs', () => {
  it('end an attempt, are retried anew, and drop the late answer', async () => {
    const never = new Promise(() => {});
    const time = new Timeline({ Work: (_: never, call: number) => (call === 0 ? never : { late: false }) });
    const execution = time.run(
      machine({ A: task({ Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }], End: true }) }),
    );
    await time.pass(60);
    expect(time.calls.map(({ second }) => second)).toEqual([0, 11]);
    expect(execution.status).toBe('SUCCEEDED');
  });

  it('can be reckoned from the instant of entering', async () => {
    const start = Date.parse('2026-11-21T08:00:00.000Z');
    const time = new Timeline({ Work: () => ({}) }, start);
    const TimeoutSeconds =
      '{% $floor(($toMillis($states.input.until) - $toMillis($states.context.State.EnteredTime)) / 1000) - 4 %}';
    const execution = time.run(
      machine({ A: task({ ...tokenPayload, TimeoutSeconds, End: true }, waiting) }),
      { until: '2026-11-21T08:00:30.900Z' },
    );
    await time.pass(25);
    expect(execution.status).toBe('RUNNING');
    await time.pass(1);
    expect(execution.error).toBe('States.Timeout');
  });
});

describe('tokens', () => {
  const held = machine({
    A: task({ ...tokenPayload, Output: '{% $states.result %}', Next: 'B' }, waiting),
    B: task({ End: true }),
  });

  it('answer once, also while the function still runs; each attempt has its own', async () => {
    const time = new Timeline({ Work: () => ({}) });
    const execution = time.run(held);
    await time.pass(1);
    expect(execution.status).toBe('RUNNING');
    expect(execution.answer('token-0', { result: {} })).toBe(false);
    expect(execution.answer('token-1', { result: { n: 7 } })).toBe(true);
    expect(execution.answer('token-1', { result: {} })).toBe(false);
    await time.pass(1);
    expect([execution.status, time.calls.at(-1)?.payload]).toEqual(['SUCCEEDED', { n: 7 }]);
  });

  it('fail with an error that a Catch meets by name', async () => {
    const time = new Timeline({ Work: () => ({}) });
    const execution = time.run(
      machine({
        A: task({ ...tokenPayload, Catch: [{ ErrorEquals: ['Denied'], Next: 'B' }], End: true }, waiting),
        B: { Type: 'Succeed' },
      }),
    );
    await time.pass(1);
    execution.answer('token-1', { error: 'Denied', cause: 'no' });
    await time.pass(1);
    expect(execution.status).toBe('SUCCEEDED');
  });

  it('fail when the function does, without an answer', async () => {
    const time = new Timeline({ Work: () => failure('EndRequested') });
    const execution = time.run(held);
    await time.pass(1);
    expect(execution.error).toBe('EndRequested');
  });
});

describe('from outside', () => {
  it('a stop ends it where it is, and nothing runs after', async () => {
    const time = new Timeline({ Work: () => failure('Unavailable') });
    const execution = time.run(machine({ A: task({ Retry: [{ ErrorEquals: ['States.ALL'] }], End: true }) }));
    await time.pass(0.5);
    execution.stop();
    await time.pass(60);
    expect([execution.status, time.calls.length]).toEqual(['ABORTED', 1]);
    expect(await execution.ended).toBe('ABORTED');
  });

  it('a wait lasts its seconds', async () => {
    const time = new Timeline({ Work: () => ({}) });
    const execution = time.run(
      machine({ A: { Type: 'Wait', Seconds: 5, Next: 'B' }, B: { Type: 'Succeed' } }),
    );
    await time.pass(4.9);
    expect(execution.status).toBe('RUNNING');
    await time.pass(0.2);
    expect(execution.status).toBe('SUCCEEDED');
  });
});
