/** The text of the janitor's program, which goes into the cluster as it is. */
import { readFileSync } from 'node:fs';

/** Set where this is bundled, as the file then isn't beside it: see cli/build.ts. */
declare const CURFEW_JANITOR_PROGRAM: string | undefined;

export const programName = 'end-overdue-grants.ts';

export function janitorProgram(): string {
  if (typeof CURFEW_JANITOR_PROGRAM === 'string') return CURFEW_JANITOR_PROGRAM;
  return readFileSync(new URL(programName, import.meta.url), 'utf8');
}
