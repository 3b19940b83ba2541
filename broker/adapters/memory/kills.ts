/** Kill orders kept in memory, with the same conditions as the table's; their events lie with those of requests. */
import type { AuditEvent, KillStatus } from '#domain/audit-event.ts';
import { RecordChanged } from '#domain/errors.ts';
import { isDriven, type KillOrder } from '#domain/kill-order.ts';
import { type KillScope, type KillSwitch, scopeKey } from '#domain/kill-scope.ts';
import type { KillChange, KillOrders, Page } from '#ports';
import { pageLimit, readCursor, writeCursor } from '../cursor.ts';
import { copyOf } from './copy.ts';
import type { MemoryRecords } from './records.ts';

export class MemoryKills implements KillOrders {
  readonly orders = new Map<string, KillOrder>();
  readonly #records: Pick<MemoryRecords, 'stored' | 'switches'>;
  constructor(records: Pick<MemoryRecords, 'stored' | 'switches'>) {
    this.#records = records;
  }

  async begin(change: Omit<KillChange, 'expectedVersion'>): Promise<KillOrder> {
    const { order, events } = copyOf(change);
    const { id, scope, reason } = order;
    const on = this.#records.switches.get(scopeKey(scope));
    const standing = on && this.orders.get(on.id);
    if (standing) return copyOf(standing);
    if (this.orders.has(id)) throw changed(id);
    this.#records.switches.set(scopeKey(scope), { id, scope, reason });
    this.#write(order, events);
    return copyOf(order);
  }

  async save(change: KillChange): Promise<void> {
    const { order, expectedVersion, events } = copyOf(change);
    const before = this.orders.get(order.id);
    if (before?.version !== expectedVersion || before.lifted) throw changed(order.id);
    if (order.lifted) this.#records.switches.delete(scopeKey(order.scope));
    this.#write(order, events);
  }

  #write(order: KillOrder, events: KillChange['events']): void {
    this.orders.set(order.id, order);
    const log = this.#records.stored.get(order.id) ?? [];
    const added = events.map((event) => ({ event, shipped: false, change: event.hash }));
    if (log.length + added.length > 0) this.#records.stored.set(order.id, [...log, ...added]);
  }

  async switchOn(scopes: readonly KillScope[]): Promise<KillSwitch | undefined> {
    const on = scopes.map((scope) => this.#records.switches.get(scopeKey(scope))).find((one) => one);
    return structuredClone(on);
  }

  async read(id: string): Promise<KillOrder | undefined> {
    return copyOf(this.orders.get(id));
  }

  async events(id: string): Promise<AuditEvent<KillStatus>[]> {
    const log = this.#records.stored.get(id) ?? [];
    return copyOf(log.map(({ event }) => event as AuditEvent<KillStatus>));
  }

  async list({ limit, cursor }: { limit: number; cursor?: string }): Promise<Page<KillOrder>> {
    const most = pageLimit(limit);
    const before = cursor === undefined ? undefined : readCursor('kills', cursor);
    const rest = [...this.orders.values()]
      .filter(({ id }) => before === undefined || id < before)
      .sort((a, b) => (a.id > b.id ? -1 : 1));
    const items = copyOf(rest.slice(0, most));
    const last = items.at(-1);
    return rest.length > most && last ? { items, cursor: writeCursor('kills', last.id) } : { items };
  }

  async driven(): Promise<KillOrder[]> {
    const orders = [...this.orders.values()].filter(isDriven).sort((a, b) => (a.id < b.id ? -1 : 1));
    return copyOf(orders);
  }
}

function changed(id: string): RecordChanged {
  return new RecordChanged(`Kill order ${id} changed meanwhile. Read it again.`);
}
