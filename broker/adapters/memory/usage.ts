/** What is known of the use of each grant, in memory. */
import { RecordChanged } from '#domain/errors.ts';
import { noUsage, type Usage } from '#domain/usage/usage.ts';
import type { UsageStore } from '#ports';
import { copyOf } from './copy.ts';

export class MemoryUsage implements UsageStore {
  readonly known = new Map<string, { usage: Usage; version: number }>();

  async read(requestId: string): Promise<{ usage: Usage; version: number }> {
    return copyOf(this.known.get(requestId) ?? { usage: noUsage, version: 0 });
  }

  async save(requestId: string, usage: Usage, expectedVersion: number): Promise<void> {
    if ((this.known.get(requestId)?.version ?? 0) !== expectedVersion)
      throw new RecordChanged(`What is known of the use of ${requestId} has changed meanwhile.`);
    this.known.set(requestId, { usage: copyOf(usage), version: expectedVersion + 1 });
  }
}
