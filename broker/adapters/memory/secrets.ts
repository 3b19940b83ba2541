/** Secrets in memory. */
import type { Secrets } from '#ports';

export class MemorySecrets implements Secrets {
  readonly values = new Map<string, string>();
  /** Names that were read, oldest first. */
  readonly reads: string[] = [];

  async read(name: string): Promise<string | undefined> {
    this.reads.push(name);
    return this.values.get(name);
  }
}
