/** Decides anew when somebody else was faster: for records that are written on the condition of what was read. */
import { RecordChanged } from '#domain/errors.ts';

/** More conflicts in a row than people and functions that write one record at once. */
const attempts = 10;

export async function tryAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RecordChanged) || attempt >= attempts) throw error;
    }
  }
}
