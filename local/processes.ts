/** Child processes that end with us: when asked, on Ctrl-C, on an exception, and when we are killed outright. */

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { adopt, type Ending } from './process-group.ts';

export { onShutdown } from './shutdown.ts';

export interface ChildOptions {
  /** What people know it by; it opens each error about it. */
  name: string;
  command: string;
  args: readonly string[];
  /** Output and errors go here, appended. The folder is made. */
  logFile: string;
  /** The whole environment; ours where left out. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** How long it may take to end after SIGTERM, where `stop` is not told: 5000. */
  graceMs?: number;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly alive: boolean;
  /** Settles when the process has ended, however it did; never rejects. */
  readonly ended: Promise<Ending>;
  /** SIGTERM to its whole group, at most `graceMs` of waiting, then SIGKILL. Fine to call at any time. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL to its whole group at once, and waits for the end. */
  kill(): Promise<void>;
  /** The end of its log, for error messages. */
  logTail(lines?: number): Promise<string>;
}

/** Starts a process in a group of its own, logging to a file. Rejects when it can't be started at all. */
export async function startProcess(options: ChildOptions): Promise<Child> {
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  try {
    const child = spawn(options.command, options.args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: options.env ?? process.env,
      ...(options.cwd && { cwd: options.cwd }),
    });
    const group = await adopt(options.name, child, options.graceMs);
    return {
      name: options.name,
      pid: group.pid,
      logFile: options.logFile,
      get alive() {
        return group.alive();
      },
      ended: group.ended,
      stop: group.stop,
      kill: () => group.stop(0),
      logTail: (lines) => tailOf(options.logFile, lines),
    };
  } finally {
    closeSync(log);
  }
}

export interface RunOptions {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Written to its standard input, which is empty otherwise. */
  input?: string;
  /** The whole group is killed after this long, and the run rejects. */
  timeoutMs?: number;
  /** Called with each line of either stream as it comes. */
  onLine?: (line: string) => void;
}

export interface RunResult extends Ending {
  stdout: string;
  stderr: string;
}

/** Runs a command to its end. Rejects only when it can't be started or takes too long: look at `code`. */
export async function run(options: RunOptions): Promise<RunResult> {
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    ...(options.cwd && { cwd: options.cwd }),
  });
  const { onLine } = options;
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    let rest = '';
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      if (!onLine) return;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach((line) => {
        onLine(line);
      });
    });
  }
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => {}); // A command need not read what it is given.
  child.stdin.end(options.input ?? '');

  const group = await adopt(options.command, child);
  let tooLong = false;
  const timer = options.timeoutMs
    ? setTimeout(() => {
        tooLong = true;
        void group.stop(0);
      }, options.timeoutMs)
    : undefined;
  const ending = await group.ended;
  clearTimeout(timer);
  // A grandchild may still hold the pipes open after the command is gone; it gets a moment, and then no say.
  await Promise.race([closed, sleep(1_000, undefined, { ref: false })]);
  if (tooLong) {
    throw new Error(
      `'${path.basename(options.command)} ${options.args[0] ?? ''}' was ended: it took longer than ${options.timeoutMs} ms.`,
    );
  }
  return { ...ending, ...output };
}

/**
 * Waits until `probe` says yes, at most `timeoutMs`, as long as `child` lives. A probe that throws says no.
 * The error names the child, says what was waited for and carries the end of its log.
 */
export async function untilReady(
  child: Child,
  what: string,
  probe: () => Promise<boolean>,
  { timeoutMs = 60_000, everyMs = 50 } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let reason = '';
  for (;;) {
    if (!child.alive) {
      const { code, signal } = await child.ended;
      throw new Error(
        `${child.name} ended (${signal ?? `exit code ${code}`}) before ${what}. Its last words:\n${await child.logTail()}`,
      );
    }
    const ready = await probe().catch((error: unknown) => {
      reason = error instanceof Error ? ` (${error.message})` : '';
      return false;
    });
    if (ready) return;
    if (performance.now() > deadline) {
      throw new Error(
        `${child.name} runs, but not ${what} after ${timeoutMs / 1000} s${reason}. Its last words:\n${await child.logTail()}`,
      );
    }
    await sleep(everyMs);
  }
}

/** Whether a process of this number runs. On Linux one that has ended and was only not collected yet does not count. */
export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    // The state follows the command's name, which is in brackets and may hold anything.
    return !/\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A TCP port of the loopback address that was free just now. No two calls of this process give the same one. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    // Below the range that systems hand out by themselves: no outgoing connection takes it before its server does.
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (givenPorts.has(port) || !(await isFree(port))) continue;
    givenPorts.add(port);
    return port;
  }
  throw new Error(
    'No free port was found between 20000 and 32000 on 127.0.0.1. Is something taking them all?',
  );
}

const givenPorts = new Set<number>();

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Reads at most the last 16 KiB: a log may be large, and this is for an error message. */
async function tailOf(file: string, lines = 15): Promise<string> {
  const log = await open(file);
  try {
    const { size } = await log.stat();
    const length = Math.min(size, 16_384);
    const { buffer } = await log.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await log.close();
  }
}
