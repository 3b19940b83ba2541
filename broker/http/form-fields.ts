/** Fields of a form as browsers send it, each once. */
import { InvalidInput } from '#domain/errors.ts';

const contentType = /^application\/x-www-form-urlencoded(?:\s*;.*)?$/i;

/** Throws InvalidInput in words for a person. */
export function formFields(type: string | undefined, body: string): Record<string, string> {
  if (!contentType.test(type ?? '')) throw new InvalidInput('This was not sent by the form of this page.');
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(body)) {
    if (name in fields) throw new InvalidInput(`The form gives "${name.slice(0, 40)}" twice.`);
    fields[name] = value;
  }
  return { ...fields };
}
