/** Receivers in memory, by their addresses; one that is down takes nothing. */
import { Unavailable } from '#domain/errors.ts';
import type { Receivers } from '#ports';

export class MemoryReceivers implements Receivers {
  readonly sent: { url: string; headers: Record<string, string>; body: string }[] = [];
  readonly down = new Set<string>();

  async send(
    { url }: { url: string },
    { headers, body }: { headers: Record<string, string>; body: string },
  ): Promise<void> {
    if (this.down.has(url)) throw new Unavailable(`${url} is down.`);
    this.sent.push({ url, headers, body });
  }
}
