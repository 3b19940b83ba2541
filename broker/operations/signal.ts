/** A signal that may be lost: the record is what counts, and the sweep drives on from it. */
import { Unavailable } from '#domain/errors.ts';

export async function bestEffort(signal: () => Promise<unknown>): Promise<void> {
  try {
    await signal();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
  }
}
