/** Passkeys kept in memory, with the same conditions as the table's; their events lie with those of requests. */
import type { AuditEvent, PasskeyStatus } from '#domain/audit-event.ts';
import { RecordChanged } from '#domain/errors.ts';
import type { Passkey } from '#domain/passkey.ts';
import type { Page, PasskeyChange, Passkeys } from '#ports';
import { pageLimit, readCursor, writeCursor } from '../cursor.ts';
import { copyOf } from './copy.ts';
import type { MemoryRecords } from './records.ts';

export class MemoryPasskeys implements Passkeys {
  readonly kept = new Map<string, Passkey>();
  readonly #records: Pick<MemoryRecords, 'stored'>;
  constructor(records: Pick<MemoryRecords, 'stored'>) {
    this.#records = records;
  }

  async save(change: PasskeyChange): Promise<void> {
    const { passkey, expectedVersion, events } = copyOf(change);
    const { id } = passkey;
    if ((this.kept.get(id)?.version ?? 0) !== expectedVersion)
      throw new RecordChanged(`Passkey ${id} changed meanwhile. Read it again.`);
    this.kept.set(id, passkey);
    const added = events.map((event) => ({ event, shipped: false, change: event.hash }));
    this.#records.stored.set(id, [...(this.#records.stored.get(id) ?? []), ...added]);
  }

  async read(id: string): Promise<Passkey | undefined> {
    return copyOf(this.kept.get(id));
  }

  async of(person: string): Promise<Passkey[]> {
    return copyOf(this.#sorted().filter((passkey) => passkey.person === person));
  }

  async events(id: string): Promise<AuditEvent<PasskeyStatus>[]> {
    const log = this.#records.stored.get(id) ?? [];
    return copyOf(log.map(({ event }) => event as AuditEvent<PasskeyStatus>));
  }

  async list({ limit, cursor }: { limit: number; cursor?: string }): Promise<Page<Passkey>> {
    const most = pageLimit(limit);
    const before = cursor === undefined ? undefined : readCursor('passkeys', cursor);
    const rest = this.#sorted()
      .reverse()
      .filter(({ id }) => before === undefined || id < before);
    const items = copyOf(rest.slice(0, most));
    const last = items.at(-1);
    return rest.length > most && last ? { items, cursor: writeCursor('passkeys', last.id) } : { items };
  }

  #sorted(): Passkey[] {
    return [...this.kept.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}
