/** DynamoDB as it lags: queries of its indexes are behind by a moment, reads of a record or of a request's events are not. */
import { MemoryKills } from '#adapters/memory/kills.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import type { AnyEvent } from '#domain/audit-event.ts';
import type { Instant } from '#domain/instant.ts';
import type { KillOrder } from '#domain/kill-order.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Change, KillChange } from '#ports';
import type { Chance } from './chance.ts';
import { addVersion, asOf, freeze, lagOf, type Versions } from './lag.ts';
import type { Scheduler } from './scheduler.ts';

export interface Behind {
  scheduler: Pick<Scheduler, 'now'>;
  chance: Chance;
  staleMs: number;
}

export class LaggingRecords extends MemoryRecords {
  readonly #behind: Behind;
  readonly #past = new Map<string, Versions<AccessRequest>>();

  constructor(behind: Behind) {
    super();
    this.#behind = behind;
  }

  override async commit(change: Change): Promise<void> {
    await super.commit(change);
    const { staleMs, scheduler } = this.#behind;
    const request = this.requests.get(change.request.id);
    if (staleMs > 0 && request) addVersion(this.#past, request.id, scheduler.now, request);
  }

  /** Frozen: whoever would change it later fails, and nobody has to copy it. */
  protected override keep(change: Change): Change {
    return freeze(change);
  }

  override async read(requestId: string): Promise<AccessRequest | undefined> {
    return this.requests.get(requestId);
  }

  override async unshipped(requestId: string): Promise<AnyEvent[]> {
    const log = this.stored.get(requestId) ?? [];
    return log.flatMap(({ event, shipped }) => (shipped ? [] : [event]));
  }

  /** The records as an index shows them to one query. */
  #shown(): MemoryRecords | undefined {
    const { scheduler, chance, staleMs } = this.#behind;
    const lag = lagOf(chance, staleMs);
    if (lag === 0) return undefined;
    const shown = new MemoryRecords();
    for (const [id, versions] of this.#past) {
      const request = asOf(versions, scheduler.now - lag);
      if (request) shown.requests.set(id, request);
    }
    for (const [id, log] of this.stored) {
      const versions = this.#past.get(id);
      const upTo = versions ? (asOf(versions, scheduler.now - lag)?.audit.seq ?? 0) : log.length;
      shown.stored.set(id, log.slice(0, upTo));
    }
    return shown;
  }

  override async listByRequester(
    ...args: Parameters<MemoryRecords['listByRequester']>
  ): ReturnType<MemoryRecords['listByRequester']> {
    return this.#shown()?.listByRequester(...args) ?? super.listByRequester(...args);
  }

  override async listOpen(
    ...args: Parameters<MemoryRecords['listOpen']>
  ): ReturnType<MemoryRecords['listOpen']> {
    return this.#shown()?.listOpen(...args) ?? super.listOpen(...args);
  }

  override async listLive(
    ...args: Parameters<MemoryRecords['listLive']>
  ): ReturnType<MemoryRecords['listLive']> {
    return this.#shown()?.listLive(...args) ?? super.listLive(...args);
  }

  override async liveDue(
    ...args: Parameters<MemoryRecords['liveDue']>
  ): ReturnType<MemoryRecords['liveDue']> {
    return this.#shown()?.liveDue(...args) ?? super.liveDue(...args);
  }

  override async due(now: Instant, limit: number): Promise<string[]> {
    return this.#shown()?.due(now, limit) ?? super.due(now, limit);
  }

  override async unshippedRequests(limit: number): Promise<string[]> {
    return this.#shown()?.unshippedRequests(limit) ?? super.unshippedRequests(limit);
  }
}

export class LaggingKills extends MemoryKills {
  readonly #behind: Behind;
  readonly #past = new Map<string, Versions<KillOrder>>();

  constructor(records: MemoryRecords, behind: Behind) {
    super(records);
    this.#behind = behind;
  }

  override async begin(change: Parameters<MemoryKills['begin']>[0]): Promise<KillOrder> {
    const order = await super.begin(change);
    this.#changed(change.order.id);
    return order;
  }

  override async save(change: KillChange): Promise<void> {
    await super.save(change);
    this.#changed(change.order.id);
  }

  override async driven(): Promise<KillOrder[]> {
    const { scheduler, chance, staleMs } = this.#behind;
    const lag = lagOf(chance, staleMs);
    if (lag === 0) return super.driven();
    const shown = new MemoryKills(new MemoryRecords());
    for (const [id, versions] of this.#past) {
      const order = asOf(versions, scheduler.now - lag);
      if (order) shown.orders.set(id, order);
    }
    return shown.driven();
  }

  #changed(id: string): void {
    const { scheduler, staleMs } = this.#behind;
    const order = this.orders.get(id);
    if (staleMs > 0 && order) addVersion(this.#past, id, scheduler.now, order);
  }
}
