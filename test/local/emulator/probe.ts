/** A probe looks at one thing that the emulator gets wrong by itself: what AWS does, and what the stock release does. */
import type { ProbedCloud } from './cloud.ts';

export interface Probe {
  /** The mend that this is about: a file name in local/emulator/mends. */
  mend: string;
  /** What holds with the mend, in words. */
  title: string;
  see(cloud: ProbedCloud): Promise<unknown>;
  /** What is seen with the mend, as on AWS. */
  mended: unknown;
  /** What is seen without: the fault. A release that shows something else may not need the mend any more. */
  stock: unknown;
}

/** The name of the error that `work` fails with, 'none' if it doesn't. */
export async function errorOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: Error) => error.name,
  );
}
