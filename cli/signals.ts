/** Ctrl-C and its kin: told to whoever listens last, and kept for the next one where a moment nobody does. */
import { CancelledByUser } from './failures.ts';

const names = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

type Handler = (name: NodeJS.Signals) => void;

const handlers: Handler[] = [];
const missed: NodeJS.Signals[] = [];
let holders = 0;

/** So many without anybody listening mean that the person wants out, whatever it leaves behind. */
const mostMissed = 3;

function deliver(name: NodeJS.Signals): void {
  const handler = handlers.at(-1);
  if (handler) {
    handler(name);
    return;
  }
  missed.push(name);
  if (missed.length >= mostMissed) process.exit(130);
}

/** From here to the returned function's call no signal ends this process by itself: none is lost between two listeners. */
export function holdSignals(): () => void {
  if (holders++ === 0) for (const name of names) process.on(name, deliver);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    if (--holders > 0) return;
    for (const name of names) process.off(name, deliver);
    missed.length = 0;
  };
}

/** Tells `handler` of each signal, those that were missed first, until the returned function is called. */
export function onSignals(handler: Handler): () => void {
  const release = holdSignals();
  handlers.push(handler);
  for (const name of missed.splice(0)) handler(name);
  return () => {
    const index = handlers.lastIndexOf(handler);
    if (index >= 0) handlers.splice(index, 1);
    release();
  };
}

/**
 * Runs `work`; the first signal aborts the work's with CancelledByUser, and one more than `leaveAfter` ends the process
 * there and then.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  leaveAfter = 1,
): Promise<T> {
  const controller = new AbortController();
  let count = 0;
  const off = onSignals((name) => {
    count += 1;
    if (count > leaveAfter) process.exit(130);
    controller.abort(new CancelledByUser(`Stopped (${name}).`));
  });
  try {
    return await work(controller.signal);
  } catch (error) {
    // Timers and sockets reject with errors of their own; what counts is why they were stopped.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    off();
  }
}
