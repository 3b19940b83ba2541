/** The secrets by which deliveries are signed: read once by each running function, and anew where one of them proves nothing. */
import { type Instant, msBetween } from '#domain/instant.ts';
import type { World } from '#ports';

type Needs = Pick<World, 'clock' | 'secrets'>;

/** A forged delivery makes us read a secret again; this often at most. */
const againMs = 60_000;
/** A secret that was taken away counts so long at most. */
const keptMs = 10 * 60_000;
/** What is shorter could be guessed. */
const shortest = 16;

/** One secret a line: during a rotation both, the new one and the old. */
export function secretsIn(text: string | undefined): string[] {
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= shortest);
}

interface Known {
  secrets: string[];
  readAt: Instant;
  /** When it was last read, or tried to be. */
  triedAt: Instant;
}

export class LiveSecrets {
  readonly #world: Needs;
  readonly #known = new Map<string, Known>();
  constructor(world: Needs) {
    this.#world = world;
  }

  /** Those of this name; none where there is no such secret. Throws Unavailable where it can't be read. */
  async of(name: string): Promise<string[]> {
    const known = this.#known.get(name);
    return known && this.#since(known.readAt) < keptMs ? known.secrets : this.#read(name);
  }

  /** As they are now, where they have changed and may be read again already. */
  async changed(name: string): Promise<string[] | undefined> {
    const known = this.#known.get(name);
    if (known && this.#since(known.triedAt) < againMs) return undefined;
    if (known) known.triedAt = this.#world.clock.now();
    const secrets = await this.#read(name);
    return secrets.join('\n') === known?.secrets.join('\n') ? undefined : secrets;
  }

  #since(instant: Instant): number {
    return msBetween(instant, this.#world.clock.now());
  }

  async #read(name: string): Promise<string[]> {
    const secrets = secretsIn(await this.#world.secrets.read(name));
    const now = this.#world.clock.now();
    this.#known.set(name, { secrets, readAt: now, triedAt: now });
    return secrets;
  }
}
