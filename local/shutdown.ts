/** What happens on Ctrl-C, SIGTERM, a closed terminal or an exception: nothing that we started stays. */

import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Something running that must not outlive this process. */
export interface Running {
  /** Ends it in order; bounded in time. */
  stop(): Promise<void>;
  /** Ends it at once, without waiting: all that is possible while the process exits. */
  killNow(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const running = new Set<Running>();
const cleanups: (() => Promise<void> | void)[] = [];
const longestShutdownMs = 15_000;
let listening = false;
let shuttingDown = false;

/** Has `it` ended with this process. Returns what strikes it off again. */
export function endWithUs(it: Running): () => void {
  listen();
  running.add(it);
  return () => running.delete(it);
}

/**
 * Does `cleanup` when a signal ends this process, after everything running has ended; the newest first.
 * Returns what strikes it off, for whoever has cleaned up in the ordinary way.
 */
export function onShutdown(cleanup: () => Promise<void> | void): () => void {
  listen();
  cleanups.push(cleanup);
  return () => {
    const at = cleanups.indexOf(cleanup);
    if (at >= 0) cleanups.splice(at, 1);
  };
}

function listen(): void {
  if (listening) return;
  listening = true;
  process.on('exit', killAll);
  for (const signal of signals) process.on(signal, shutDown);
}

async function shutDown(signal: NodeJS.Signals): Promise<void> {
  if (shuttingDown) {
    // Asked twice: whoever asks will not wait.
    killAll();
    process.exit(128 + constants.signals[signal]);
  }
  shuttingDown = true;
  await Promise.race([endAll(), sleep(longestShutdownMs)]);
  killAll();
  // Ended by the signal and not by an exit code, so that the shell that runs us knows.
  for (const each of signals) process.off(each, shutDown);
  process.kill(process.pid, signal);
}

async function endAll(): Promise<void> {
  await Promise.allSettled([...running].map((it) => it.stop()));
  for (const cleanup of cleanups.splice(0).reverse()) {
    // One that fails must not keep the others from being done.
    await Promise.resolve()
      .then(cleanup)
      .catch(() => {});
  }
}

function killAll(): void {
  for (const it of running) it.killNow();
}
