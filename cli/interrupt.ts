/** Ctrl-C as a signal that waits can be stopped with. */
import { CancelledByUser } from './failures.ts';

/**
 * Runs `work`; the first Ctrl-C (or SIGTERM, SIGHUP) aborts its signal with CancelledByUser, and one after `leaveAfter`
 * of them ends the process there and then.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  leaveAfter = 1,
): Promise<T> {
  const controller = new AbortController();
  let count = 0;
  const stop = (name: NodeJS.Signals) => {
    count += 1;
    if (count > leaveAfter) process.exit(130);
    controller.abort(new CancelledByUser(`Stopped (${name}).`));
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    // Timers and sockets reject with errors of their own; what counts is why they were stopped.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    for (const name of names) process.off(name, stop);
  }
}
