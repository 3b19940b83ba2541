/** Outcomes of several unbinds as one function hands them to another; errors keep their names. */
import * as z from 'zod';
import { FenceOpen, StillStanding, Unavailable } from '#domain/errors.ts';
import { unbindResult } from '#domain/step-input.ts';
import type { UnbindOutcome } from '#ports';

const failure = z.object({ errorType: z.string(), errorMessage: z.string().default('') });
const written = z.object({ outcomes: z.array(z.union([unbindResult, failure])) });
type Written = z.input<typeof written>;

const kept = { FenceOpen, StillStanding } as const;

export function writeOutcomes(outcomes: readonly UnbindOutcome[]): Written {
  return {
    outcomes: outcomes.map((outcome) =>
      outcome instanceof Error ? { errorType: outcome.name, errorMessage: outcome.message } : outcome,
    ),
  };
}

/** Undefined for what is not what `writeOutcomes` writes, or not for so many. */
export function readOutcomes(answer: unknown, count: number): UnbindOutcome[] | undefined {
  const result = z.safeParse(written, answer);
  if (!result.success || result.data.outcomes.length !== count) return undefined;
  return result.data.outcomes.map((outcome) =>
    'errorType' in outcome ? failureOf('UnbindRole', outcome) : outcome,
  );
}

/** The error that a function threw, as the ports know it. `answer`: what Lambda gives back instead of a result. */
export function failureOf(what: string, answer: unknown): Error {
  const result = z.safeParse(failure, answer);
  const { errorType, errorMessage } = result.success ? result.data : { errorType: '', errorMessage: '' };
  if (Object.hasOwn(kept, errorType)) return new kept[errorType as keyof typeof kept](errorMessage);
  return new Unavailable(`${what} failed (${errorType || 'no error type'}): ${errorMessage}`.slice(0, 500));
}
