/** One execution of a state machine, in whatever time its host keeps: the host has the clock, the timers and the functions. */
import { type Bindings, QueryEvaluationError } from './expression.ts';
import { type Host, type Outcome, type Status, TaskFailure } from './host.ts';
import type { Machine, Ready, ReadyTask } from './machine.ts';
import { catcherOf, Retries } from './retry.ts';

type Step = { next: string; output: unknown } | { end: Status };

/** Ends the run of an execution that was stopped; never seen outside. */
class Stopped extends Error {}

export class Execution {
  readonly #machine: Machine;
  readonly #host: Host;
  readonly #variables: Record<string, unknown> = {};
  #status: Status = 'RUNNING';
  #error: string | undefined;
  /** Takes back what the execution waits for. */
  #release: () => void = () => {};
  #waiting: { token: string; answer: (outcome: Outcome) => void } | undefined;
  #state: string;
  /** Resolves when the execution has ended in whatever way, not when it was lost; rejects for a fault of host or runner. */
  readonly ended: Promise<Status>;
  #tellEnd: (status: Status) => void = () => {};

  constructor(machine: Machine, host: Host, input: unknown) {
    this.#machine = machine;
    this.#host = host;
    this.#state = machine.startAt;
    // Begun a moment later, so that the host knows the execution that asks it.
    this.ended = new Promise((resolve, reject) => {
      this.#tellEnd = resolve;
      queueMicrotask(() => this.#run(input).catch(reject));
    });
  }

  get status(): Status {
    return this.#status;
  }
  /** Where it is, or was when it ended. */
  get state(): string {
    return this.#state;
  }
  /** Why it failed. */
  get error(): string | undefined {
    return this.#error;
  }
  /** Token of the task that waits for an answer. */
  get token(): string | undefined {
    return this.#waiting?.token;
  }

  /** As StopExecution. */
  stop(): void {
    if (this.#status === 'RUNNING') this.#end('ABORTED');
  }

  /** Lost without an end or an event. */
  vanish(): void {
    this.#tellEnd = () => {};
    this.stop();
  }

  /** SendTaskSuccess and SendTaskFailure. False when no task waits with this token. */
  answer(token: string, outcome: Outcome): boolean {
    if (this.#waiting?.token !== token) return false;
    this.#waiting.answer(outcome);
    return true;
  }

  #end(status: Status): void {
    this.#status = status;
    this.#waiting = undefined;
    this.#release();
    this.#tellEnd(status);
  }

  async #run(input: unknown): Promise<void> {
    let carried = input;
    try {
      for (;;) {
        const state = this.#machine.states.get(this.#state);
        if (!state) throw new Error(`There is no state ${this.#state}.`);
        this.#host.entered?.(this.#state);
        const step = await this.#step(state, carried);
        this.#alive();
        if ('end' in step) return this.#end(step.end);
        this.#state = step.next;
        carried = step.output;
      }
    } catch (error) {
      if (error instanceof Stopped) return;
      if (!(error instanceof QueryEvaluationError)) throw error;
      this.#error = error.name;
      this.#end('FAILED');
    }
  }

  #alive(): void {
    if (this.#status !== 'RUNNING') throw new Stopped();
  }

  async #step(state: Ready, input: unknown): Promise<Step> {
    if (state.Type === 'Task') return this.#task(state, input);
    const bindings = this.#bindings(input, 0);
    switch (state.Type) {
      case 'Wait': {
        await this.#sleep(1000 * wholeSeconds(await state.seconds(bindings)));
        return { next: state.Next, output: state.output ? await state.output(bindings) : input };
      }
      case 'Choice': {
        for (const { condition, Next } of state.choices) {
          const value = await condition(bindings);
          if (typeof value !== 'boolean') throw new QueryEvaluationError('A condition is not true or false.');
          if (value) return { next: Next, output: input };
        }
        return { next: state.Default, output: input };
      }
      case 'Succeed':
        return { end: 'SUCCEEDED' };
      case 'Fail':
        this.#error = state.Error;
        return { end: 'FAILED' };
    }
  }

  #bindings(input: unknown, retries: number, entered = this.#host.now()): Bindings {
    const State = { Name: this.#state, EnteredTime: new Date(entered).toISOString(), RetryCount: retries };
    return { states: { input, context: { State } }, variables: this.#variables };
  }

  async #task(task: ReadyTask, input: unknown): Promise<Step> {
    const retries = new Retries(task.state.Retry);
    const entered = this.#host.now();
    for (;;) {
      const bindings = this.#bindings(input, retries.count, entered);
      const done = await this.#attempt(task, bindings);
      this.#host.tried?.('error' in done ? done.error : undefined);
      if (!('error' in done)) return done;
      const pause = retries.after(done.error);
      if (pause === undefined) return this.#caught(task, bindings, done);
      await this.#sleep(pause);
    }
  }

  async #attempt(task: ReadyTask, bindings: Bindings): Promise<Step | { error: string; cause: string }> {
    try {
      if (task.waits) bindings.states.context.Task = { Token: this.#host.newToken() };
      const seconds = wholeSeconds(await task.timeout(bindings));
      const payload = plain(await task.payload(bindings));
      this.#alive();
      const outcome = await this.#call(task, payload, seconds, bindings.states.context.Task?.Token);
      if ('error' in outcome) return outcome;
      bindings.states.result = outcome.result;
      const output = task.output ? plain(await task.output(bindings)) : outcome.result;
      await this.#assign(task.assign, bindings);
      return task.state.Next === undefined ? { end: 'SUCCEEDED' } : { next: task.state.Next, output };
    } catch (error) {
      if (error instanceof QueryEvaluationError) return { error: error.name, cause: error.message };
      throw error;
    }
  }

  /** One call of the function. The function runs on after a time-out; its answer is dropped then. */
  #call(task: ReadyTask, payload: unknown, seconds: number, token: string | undefined): Promise<Outcome> {
    return new Promise((resolve) => {
      let open = true;
      const close = () => {
        open = false;
        cancel();
        this.#waiting = undefined;
      };
      const finish = (outcome: Outcome) => {
        if (!open) return;
        close();
        resolve(outcome);
      };
      const cancel = this.#host.at(this.#host.now() + 1000 * seconds, () =>
        finish({ error: 'States.Timeout', cause: `${this.#state} took longer than ${seconds} s.` }),
      );
      this.#release = close;
      if (token !== undefined) this.#waiting = { token, answer: finish };
      this.#host.invoke(task.functionName, payload).then(
        (Payload) => {
          if (!task.waits) finish({ result: { ExecutedVersion: '$LATEST', Payload, StatusCode: 200 } });
        },
        (failure: unknown) =>
          finish(
            failure instanceof TaskFailure
              ? { error: failure.error, cause: failure.message }
              : { error: 'Lambda.Unknown', cause: String(failure) },
          ),
      );
    });
  }

  async #caught(
    task: ReadyTask,
    bindings: Bindings,
    { error, cause }: { error: string; cause: string },
  ): Promise<Step> {
    const catcher = task.catchers[catcherOf(task.state.Catch ?? [], error)];
    if (!catcher) {
      this.#error = error;
      return { end: 'FAILED' };
    }
    bindings.states.errorOutput = { Error: error, Cause: cause };
    const output = catcher.output ? plain(await catcher.output(bindings)) : bindings.states.errorOutput;
    await this.#assign(catcher.assign, bindings);
    return { next: catcher.Next, output };
  }

  /** Assigned at once and seen from the next state on: expressions of this state see what was there before. */
  async #assign(assign: ReadyTask['assign'], bindings: Bindings): Promise<void> {
    if (assign) Object.assign(this.#variables, plain(await assign(bindings)));
  }

  #sleep(ms: number): Promise<void> {
    this.#alive();
    return new Promise((resolve) => {
      this.#release = this.#host.at(this.#host.now() + ms, resolve);
    });
  }
}

function wholeSeconds(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new QueryEvaluationError(`Seconds have to be a whole number above zero, not ${value}.`);
}

/** JSONata's own kinds of arrays and objects as plain JSON. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
