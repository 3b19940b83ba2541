/** A host in virtual time for one execution at a time: timers run in the order of their instants, functions are what a test says. */
import { Execution } from './execution.ts';
import { type Host, TaskFailure } from './host.ts';
import { readMachine } from './machine.ts';

type Answer = unknown | Error;

export class Timeline implements Host {
  readonly #start: number;
  #now: number;
  #timers: { at: number; call: () => void }[] = [];
  #tokens = 0;
  /** `seconds function payload`, or what was entered. */
  readonly calls: { second: number; functionName: string; payload: unknown }[] = [];
  readonly visited: string[] = [];
  readonly #functions: Record<string, (payload: never, call: number) => Answer>;

  constructor(
    functions: Record<string, (payload: never, call: number) => Answer>,
    start = 1_800_000_000_000,
  ) {
    this.#functions = functions;
    this.#start = start;
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(ms: number, call: () => void): () => void {
    const timer = { at: ms, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  newToken(): string {
    this.#tokens += 1;
    return `token-${this.#tokens}`;
  }

  entered(state: string): void {
    this.visited.push(state);
  }

  async invoke(functionName: string, payload: unknown): Promise<unknown> {
    const earlier = this.calls.filter((call) => call.functionName === functionName).length;
    this.calls.push({ second: this.second, functionName, payload });
    const result = await this.#functions[functionName]?.(payload as never, earlier);
    if (result instanceof Error) throw new TaskFailure(result.name, result.message);
    return result;
  }

  get second(): number {
    return (this.#now - this.#start) / 1000;
  }

  /** Lets `seconds` pass. */
  async pass(seconds: number): Promise<void> {
    const until = this.#now + seconds * 1000;
    for (;;) {
      await settled();
      const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
      if (!next || next.at > until) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.call();
    }
    this.#now = until;
  }

  /** Runs a definition with functions called as its substitutions. */
  run(definition: unknown, input: unknown = { n: 0 }): Execution {
    const names = Object.fromEntries(Object.keys(this.#functions).map((name) => [name, name]));
    return new Execution(readMachine(definition, names), this, input);
  }
}

/** When all promises that can go on have gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

export function failure(name: string): Error {
  return Object.assign(new Error(`${name} on purpose`), { name });
}
