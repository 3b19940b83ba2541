/** Turns whatever a service or the network threw into the ports' one word for "try again", without its text in the message. */
import { CurfewError, Unavailable } from '#domain/errors.ts';

/** `ServiceException` names and Node's network codes; 'Error' when there is nothing better. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  const code = (error as { code?: unknown }).code;
  return error.name === 'Error' && typeof code === 'string' ? code : error.name;
}

/** `what` says what was tried, with what: "Reading request 01J...". The service's own text stays in `cause`, for the log. */
export function unavailable(what: string, error: unknown): CurfewError {
  if (error instanceof CurfewError) return error;
  return new Unavailable(`${what} failed (${errorName(error)}). Try again shortly.`, { cause: error });
}

/** Carries out one call of a service; everything it throws, but Curfew's own errors, becomes Unavailable. */
export async function attempt<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw unavailable(what, error);
  }
}
