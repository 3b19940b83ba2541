/** What functions log: names, ids and faults as JSON lines. Never an input, an output or a header: they hold tokens. */
import { Logger } from '@aws-lambda-powertools/logger';
import { CurfewError } from '#domain/errors.ts';

export interface FunctionLog {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts: Record<string, unknown>): void;
}

/** `name`: of the function, which is that of its state. An `error` among the facts is written out by `faultFacts`. */
export function functionLog(name: string): FunctionLog {
  const logger = new Logger({ serviceName: name });
  const line = (facts: Record<string, unknown> = {}) =>
    'error' in facts ? { ...facts, error: faultFacts(facts.error) } : facts;
  return {
    info: (message, facts) => logger.info(message, line(facts)),
    warn: (message, facts) => logger.warn(message, line(facts)),
    error: (message, facts) => logger.error(message, line(facts)),
  };
}

/** Name, message and place of an error and of what caused it; not its other fields, which may hold requests and headers. */
export function faultFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    // Expected failures say enough in words; of the others one wants to know where.
    ...(error instanceof CurfewError ? {} : { stack }),
    ...(cause === undefined ? {} : { cause: faultFacts(cause) }),
  };
}
