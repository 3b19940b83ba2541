/** The rim of every Lambda function but Api: parses its input, runs one operation, logs how it went, keeps error names. */
import * as z from 'zod';
import { CurfewError, InvalidInput } from '#domain/errors.ts';
import { functionLog } from './logger.ts';

/** ASL matches errors by name, which Lambda takes from the error that is thrown here. */
export function lambdaFunction<I, O>(
  name: string,
  input: z.ZodType<I>,
  run: (input: I) => Promise<O>,
): (event: unknown) => Promise<O> {
  const log = functionLog(name);
  return async (event) => {
    const parsed = z.safeParse(input, event);
    if (!parsed.success) {
      const faults = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      log.error(`${name} was called with what it does not take`, { faults });
      throw new InvalidInput(`${name} does not take this input.`, { details: { faults } });
    }
    const requestId = requestIdIn(parsed.data);
    try {
      const result = await run(parsed.data);
      log.info(`${name} done`, { requestId });
      return result;
    } catch (error) {
      const write = error instanceof CurfewError ? log.warn : log.error;
      write(`${name} failed`, { requestId, error });
      throw error;
    }
  };
}

/** Requests are named at the top of an input, or in the plan it carries. */
function requestIdIn(input: unknown): string | undefined {
  const named = z.object({ requestId: z.string() });
  const top = named.safeParse(input);
  if (top.success) return top.data.requestId;
  return z.object({ plan: named }).safeParse(input).data?.plan.requestId;
}
