/** The state of the log in memory, over the records' own events. */
import { emptyLog } from '#domain/audit-log/log-objects.ts';
import { canonicalJson } from '#domain/digest.ts';
import { RecordChanged } from '#domain/errors.ts';
import type { AuditLog, KeptEvent, LogState } from '#ports';
import { copyOf } from './copy.ts';
import type { MemoryRecords } from './records.ts';

export class MemoryAuditLog implements AuditLog {
  state: LogState = { version: 0, head: emptyLog };
  /** Leaf numbers by request and number of the event. */
  readonly leaves = new Map<string, number>();
  readonly #records: MemoryRecords;
  constructor(records: MemoryRecords) {
    this.#records = records;
  }

  async read(): Promise<LogState> {
    return copyOf(this.state);
  }

  async save(state: LogState): Promise<void> {
    if (state.version !== this.state.version + 1)
      throw new RecordChanged('The log was sealed by somebody else. Read it again.');
    this.state = copyOf(state);
  }

  async unsealed(limit: number): Promise<string[]> {
    const all = await Promise.all([...this.#records.stored.keys()].map((id) => this.events(id)));
    const waiting = all.flatMap((events) => events.find(({ shipped, sealed }) => shipped && !sealed) ?? []);
    return waiting.map(({ requestId }) => requestId).slice(0, limit);
  }

  async events(requestId: string): Promise<KeptEvent[]> {
    return (this.#records.stored.get(requestId) ?? []).map(({ event, shipped }) => ({
      requestId,
      seq: event.seq,
      text: canonicalJson(event),
      shipped,
      sealed: this.leaves.has(`${requestId}/${event.seq}`),
    }));
  }

  async markSealed({ requestId, seq }: Pick<KeptEvent, 'requestId' | 'seq'>, leaf: number): Promise<void> {
    this.leaves.set(`${requestId}/${seq}`, leaf);
  }
}
