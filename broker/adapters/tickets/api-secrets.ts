/** The secrets by which REST APIs of ticket systems are asked: read once, and anew where one is refused. */
import * as z from 'zod';
import { Unavailable } from '#domain/errors.ts';
import type { Secrets } from '#ports';
import type { ApiSecret } from './system.ts';

const apiSecretSchema = z.strictObject({
  user: z.string().min(1).optional(),
  token: z.string().min(1),
}) satisfies z.ZodType<ApiSecret>;

export class ApiSecrets {
  readonly #secrets: Secrets;
  readonly #known = new Map<string, ApiSecret>();
  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Asks by the secret as it is known, and once more by what it is now where the answer is 401 or 403. Throws Unavailable without one. */
  async asking<T extends { status: number }>(
    name: string,
    ask: (secret: ApiSecret) => Promise<T>,
  ): Promise<T> {
    const known = this.#known.get(name);
    const first = await ask(known ?? (await this.#read(name)));
    const refused = first.status === 401 || first.status === 403;
    return refused && known ? ask(await this.#read(name)) : first;
  }

  async #read(name: string): Promise<ApiSecret> {
    const text = await this.#secrets.read(name);
    if (text === undefined) throw new Unavailable(`There is no secret ${name}.`);
    const parsed = apiSecretSchema.safeParse(jsonOf(text));
    if (!parsed.success)
      throw new Unavailable(`Secret ${name} is not {"user": "...", "token": "..."} or {"token": "..."}.`);
    this.#known.set(name, parsed.data);
    return parsed.data;
  }
}

/** Undefined for what is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
