/** The state machine in memory: which executions were started, and which task tokens still wait. */
import type { Executions, Startable } from '#ports';
import { executionInput } from '../execution-input.ts';

export interface Delivery {
  taskToken: string;
  outcome: 'succeed' | 'fail';
  error?: string;
  cause?: string;
}

export class MemoryExecutions implements Executions {
  /** By request id. */
  readonly executions = new Map<string, { input: string; status: 'running' | 'ended' }>();
  readonly waiting = new Set<string>();
  readonly deliveries: Delivery[] = [];
  #issued = 0;

  async start(request: Startable): Promise<'started' | 'exists'> {
    const { id } = request;
    if (this.executions.has(id)) return 'exists';
    this.executions.set(id, { input: executionInput(request), status: 'running' });
    return 'started';
  }

  async status(requestId: string): Promise<'running' | 'ended' | 'absent'> {
    return this.executions.get(requestId)?.status ?? 'absent';
  }

  async succeed(taskToken: string): Promise<'delivered' | 'gone'> {
    return this.#deliver({ taskToken, outcome: 'succeed' });
  }

  async fail(taskToken: string, error: string, cause: string): Promise<'delivered' | 'gone'> {
    return this.#deliver({ taskToken, outcome: 'fail', error, cause });
  }

  #deliver(delivery: Delivery): 'delivered' | 'gone' {
    if (!this.waiting.delete(delivery.taskToken)) return 'gone';
    this.deliveries.push(delivery);
    return 'delivered';
  }

  /** As the service does when it enters a state that waits. */
  issueToken(): string {
    this.#issued += 1;
    const token = `memory-task-token-${this.#issued}`;
    this.waiting.add(token);
    return token;
  }

  /** The task of a token is over: timed out, or its execution stopped. */
  closeToken(taskToken: string): void {
    this.waiting.delete(taskToken);
  }

  end(requestId: string): void {
    const found = this.executions.get(requestId);
    if (found) found.status = 'ended';
  }
}
