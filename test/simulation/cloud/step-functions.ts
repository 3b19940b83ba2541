/** Step Functions: runs the deployed definition, one execution per request, and tells of each that ended badly. */
import { readFileSync } from 'node:fs';
import { executionInput } from '#adapters/execution-input.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Executions, Startable } from '#ports';
import { Execution } from '../asl/execution.ts';
import { type Machine, readMachine } from '../asl/machine.ts';
import { Path } from '../asl/path.ts';
import { type FunctionName, functions } from './functions.ts';
import type { Scheduler } from './scheduler.ts';
import type { Tell } from './story.ts';

export const definitionFile = new URL('../../../statemachines/access-lifecycle.asl.json', import.meta.url);

const names = Object.fromEntries(Object.keys(functions).map((name) => [`${name}Arn`, name]));

/** The deployed definition, or another one in its place. */
export const definition: unknown = JSON.parse(readFileSync(definitionFile, 'utf8'));

/** A state machine of the simulated functions. */
export const machineOf = (source: unknown): Machine => readMachine(source, names);
const deployed = machineOf(definition);

export interface Wired {
  scheduler: Scheduler;
  tell: Tell;
  invoke(name: FunctionName, payload: unknown): Promise<unknown>;
  /** An execution failed or was stopped. */
  endedBadly(requestId: string): void;
  /** The record, as it is. */
  record(requestId: string): AccessRequest | undefined;
  machine?: Machine;
}

export class StepFunctions implements Executions {
  readonly #wired: Wired;
  readonly #byId = new Map<string, Execution>();
  readonly #byToken = new Map<string, Execution>();
  /** Executions that hang: Step Functions says that they run. */
  readonly #hung = new Set<string>();
  #down = false;
  /** Where an execution first left the way that the lifecycle predicts. */
  astray: string | undefined;

  constructor(wired: Wired) {
    this.#wired = wired;
  }

  async start(request: Startable): Promise<'started' | 'exists'> {
    const { id } = request;
    const found = this.#byId.get(id);
    if (found) return found.status === 'RUNNING' || this.#hung.has(id) ? 'started' : 'exists';
    const { scheduler, tell, invoke, endedBadly, record, machine = deployed } = this.#wired;
    let tokens = 0;
    const path = new Path(
      () => record(id),
      (words) => {
        this.astray ??= `execution of ${id}: ${words}`;
      },
    );
    const execution: Execution = new Execution(
      machine,
      {
        now: () => scheduler.now,
        at: (ms, call) => scheduler.at(ms, call),
        invoke: (name, payload) => invoke(name as FunctionName, payload),
        newToken: () => {
          tokens += 1;
          const token = `${id}-${this.#byToken.size}-${tokens}`;
          this.#byToken.set(token, execution);
          return token;
        },
        tried: (error) => path.tried(error),
        entered: (state) => {
          path.entered(state);
          tell(() => `execution of ${id} enters ${state}`);
        },
      },
      JSON.parse(executionInput(request)),
    );
    this.#byId.set(id, execution);
    if (this.#down) execution.vanish();
    void execution.ended.then((status) => {
      path.ended(status);
      tell(() => `execution of ${id} ${status} in ${execution.state}`);
      if (status !== 'SUCCEEDED') endedBadly(id);
    });
    return 'started';
  }

  async status(requestId: string): Promise<'running' | 'ended' | 'absent'> {
    const found = this.#byId.get(requestId);
    if (!found) return 'absent';
    return found.status === 'RUNNING' || this.#hung.has(requestId) ? 'running' : 'ended';
  }

  async succeed(taskToken: string): Promise<'delivered' | 'gone'> {
    return this.#byToken.get(taskToken)?.answer(taskToken, { result: {} }) ? 'delivered' : 'gone';
  }

  async fail(taskToken: string, error: string, cause: string): Promise<'delivered' | 'gone'> {
    return this.#byToken.get(taskToken)?.answer(taskToken, { error, cause }) ? 'delivered' : 'gone';
  }

  /** An administrator's StopExecution. False when there is nothing to stop. */
  stop(requestId: string): boolean {
    const found = this.#byId.get(requestId);
    if (found?.status !== 'RUNNING') return false;
    found.stop();
    return true;
  }

  /** All that run. */
  stopAll(): void {
    for (const requestId of this.#byId.keys()) this.stop(requestId);
  }

  /** Lost without an event: it hangs for ever, or nobody knows it any more. */
  lose(requestId: string, how: 'hangs' | 'is gone'): boolean {
    const found = this.#byId.get(requestId);
    if (found?.status !== 'RUNNING') return false;
    found.vanish();
    if (how === 'hangs') this.#hung.add(requestId);
    else this.#byId.delete(requestId);
    return true;
  }

  /** From now on no execution goes on, or begins, and no event tells of it: only the sweep is left. */
  breakDown(): void {
    this.#down = true;
    for (const execution of this.#byId.values()) execution.vanish();
  }
}
