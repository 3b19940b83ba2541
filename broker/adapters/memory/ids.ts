/** Sequential ids: well-formed and different, yet the same in every run. */
import { encodeTime } from 'ulid';
import { sha256Hex } from '#domain/digest.ts';
import type { Clock, Ids } from '#ports';

export class MemoryIds implements Ids {
  #count = 0;
  readonly #clock: Pick<Clock, 'now'>;
  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  requestId(): string {
    this.#count += 1;
    return encodeTime(Date.parse(this.#clock.now()), 10) + String(this.#count).padStart(16, '0');
  }

  secret(): string {
    this.#count += 1;
    return Buffer.from(sha256Hex(`memory-secret-${this.#count}`), 'hex').toString('base64url');
  }
}
