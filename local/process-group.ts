/** A process group of ours: its leader and whatever that starts, ended together. */

import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from './shutdown.ts';
import { addToWatch, removeFromWatch } from './watcher.ts';

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ProcessGroup {
  pid: number;
  ended: Promise<Ending>;
  /** Whether its leader still runs. */
  alive(): boolean;
  /** SIGTERM, at most `graceMs` of waiting, SIGKILL. */
  stop(graceMs?: number): Promise<void>;
}

/** Makes a leader of a process group, spawned in this very turn of the event loop, one that ends with us. */
export async function adopt(name: string, child: ChildProcess, usualGraceMs = 5_000): Promise<ProcessGroup> {
  let alive = true;
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => {
      alive = false;
      // What it started may have stayed. Only now: later the group's number may be somebody else's.
      if (child.pid) signalGroup(child.pid, 'SIGKILL');
      resolve({ code, signal });
    });
  });
  const { pid } = child;
  if (pid === undefined) throw await whyNot(name, child);

  const stop = async (graceMs = usualGraceMs): Promise<void> => {
    if (alive && graceMs > 0) {
      signalGroup(pid, 'SIGTERM');
      await Promise.race([ended, sleep(graceMs, undefined, { ref: false })]);
    }
    if (alive) signalGroup(pid, 'SIGKILL');
    await ended;
  };
  addToWatch(pid);
  const forget = endWithUs({ stop: () => stop(), killNow: () => signalGroup(pid, 'SIGKILL') });
  void ended.then(() => {
    forget();
    removeFromWatch(pid);
  });
  return { pid, ended, alive: () => alive, stop };
}

/** A process without a number was not started; the reason comes a moment later. */
function whyNot(name: string, child: ChildProcess): Promise<Error> {
  return new Promise((resolve) => {
    child.once('error', (cause) => {
      resolve(new Error(`${name} could not be started: ${cause.message}`, { cause }));
    });
  });
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // Nobody is left in it.
  }
}
