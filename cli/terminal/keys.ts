/** Single keys of the person at the terminal, without Enter. What was typed or pasted before the question stood there is no answer. */
import type { ReadStream } from 'node:tty';
import { CancelledByUser } from '../failures.ts';

/** Nobody reads and answers faster, in ms. */
const settleMs = 200;

export interface Keys {
  /** The next key, in lower case. Throws CancelledByUser on Ctrl-C. */
  next(): Promise<string>;
}

type Input = Pick<ReadStream, 'setRawMode' | 'resume' | 'pause' | 'on' | 'off'>;

/** One key alone: what comes in one piece with others is a paste, or a key that sends several characters. */
const isOneKey = (typed: string) => [...typed].length === 1;

/** `input`: the terminal, as the process has it. */
export function openKeys(input: Input = process.stdin, now: () => number = Date.now): Keys {
  return {
    next: () =>
      new Promise((resolve, reject) => {
        const askedAt = now();
        const done = (finish: () => void) => {
          input.off('data', take);
          input.off('end', end);
          input.setRawMode(false);
          input.pause();
          finish();
        };
        const stop = () => done(() => reject(new CancelledByUser('Stopped; what was answered stays so.')));
        const end = stop;
        const take = (chunk: Buffer | string) => {
          const typed = chunk.toString();
          // In raw mode Ctrl-C is a character; nobody has to wait to get out.
          if (typed.includes('\u0003') || typed === '\u0004') return stop();
          if (now() - askedAt < settleMs || !isOneKey(typed)) return;
          done(() => resolve(typed.toLowerCase()));
        };
        input.setRawMode(true);
        input.on('data', take);
        input.on('end', end);
        input.resume();
      }),
  };
}
