/** Functions that are called and not waited for: Lambda takes the call, and carries it out a moment later. */
import type { Background } from '#ports';
import type { FunctionName } from './functions.ts';
import type { Scheduler } from './scheduler.ts';

const queuedMs = 50;

export function background(
  scheduler: Scheduler,
  invoke: (name: FunctionName, payload: unknown) => Promise<unknown>,
): Background {
  const call = (name: FunctionName, payload: unknown): void => {
    // A call that fails is lost here: the next minute's makes it good.
    scheduler.in(queuedMs, () => void invoke(name, payload).catch(() => {}));
  };
  return {
    sweepCluster: async (sweep) => call('SweepCluster', sweep),
    askByTicket: async () => call('AskByTicket', {}),
    killGrants: async (killId) => call('KillGrants', { killId }),
  };
}
