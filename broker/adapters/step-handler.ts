/** The function of one state: its input parsed, its faults logged with what caused them, and thrown on by name for the state machine. */
import type * as z from 'zod';
import { functionLog } from './logger.ts';

/** `name`: of the state. `work` gets only what the schema lets through. */
export function stepHandler<I, O>(
  name: string,
  schema: z.ZodType<I>,
  work: (input: I) => Promise<O>,
): (event: unknown) => Promise<O> {
  const log = functionLog(name);
  return async (event) => {
    let facts = {};
    try {
      const input = schema.parse(event);
      facts = requestIn(input);
      return await work(input);
    } catch (error) {
      log.warn('failed', { ...facts, error });
      throw error;
    }
  };
}

/** Inputs name their request, or hold a plan that does. */
function requestIn(input: unknown): { requestId?: unknown } {
  if (typeof input !== 'object' || input === null) return {};
  if ('requestId' in input) return { requestId: input.requestId };
  return 'plan' in input ? requestIn(input.plan) : {};
}
