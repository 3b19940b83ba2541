/** What an execution needs from whoever runs it, in real or virtual time. */

export interface Host {
  /** Milliseconds. */
  now(): number;
  /** Calls back at an instant; what it returns takes that back. */
  at(ms: number, call: () => void): () => void;
  /** Rejects with TaskFailure where the function failed. */
  invoke(functionName: string, payload: unknown): Promise<unknown>;
  newToken(): string;
  /** For traces: a state, and each try of its task with the error that it ended with. */
  entered?(state: string): void;
  tried?(error: string | undefined): void;
}

/** How a function's failure reaches the state machine: its error's class name, and a text. */
export class TaskFailure extends Error {
  readonly error: string;
  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
export type Outcome = { result: unknown } | { error: string; cause: string };
