/** Stale reads, where the services document them and nowhere else: EKS for seconds, DynamoDB's indexes for a moment. */
import { MemoryEntries } from '#adapters/memory/entries.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import type { EntryKey } from '#domain/access-entry.ts';
import { type Instant, instantOf } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Change, StandingEntry } from '#ports';
import type { Chance } from './chance.ts';
import type { Scheduler } from './scheduler.ts';

/** How far behind one read is: mostly not at all. */
function lagOf(chance: Chance, longest: number): number {
  return longest > 0 && chance.perMille(300) ? chance.whole(1, longest) : 0;
}

export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

/** The value of a thing at each of its changes, newest last. */
type Versions<T> = { at: number; value: T }[];

function asOf<T>(versions: Versions<T> | undefined, at: number): T | undefined {
  return versions?.findLast((version) => version.at <= at)?.value;
}

const textOf = ({ eksName, region, principalArn }: EntryKey) => `${eksName} ${region} ${principalArn}`;

/**
 * DescribeAccessEntry may not show yet what was made a few seconds ago. With `ghosts` it may also still show what was
 * deleted since, or replaced.
 */
export class LaggingEntries extends MemoryEntries {
  readonly #scheduler: Pick<Scheduler, 'now'>;
  readonly #chance: Chance;
  readonly #staleMs: number;
  readonly #past = new Map<string, Versions<StandingEntry | undefined>>();
  ghosts = false;

  constructor(scheduler: Pick<Scheduler, 'now'>, chance: Chance, staleMs: number) {
    super();
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#staleMs = staleMs;
  }

  override async create(...args: Parameters<MemoryEntries['create']>): ReturnType<MemoryEntries['create']> {
    const created = await super.create(...args);
    await this.#changed(args[0]);
    return created;
  }

  override async delete(key: EntryKey): Promise<void> {
    await super.delete(key);
    await this.#changed(key);
  }

  override plant(...args: Parameters<MemoryEntries['plant']>): StandingEntry {
    const planted = super.plant(...args);
    void this.#changed(args[0]);
    return planted;
  }

  override async describe(key: EntryKey): Promise<StandingEntry | undefined> {
    const now = await super.describe(key);
    const lag = lagOf(this.#chance, this.#staleMs);
    if (lag === 0) return now;
    const then = asOf(this.#past.get(textOf(key)), this.#scheduler.now - lag);
    const ghost = then !== undefined && now?.entryArn !== then.entryArn;
    return ghost && !this.ghosts ? now : then;
  }

  async #changed(key: EntryKey): Promise<void> {
    if (this.#staleMs === 0) return;
    const text = textOf(key);
    const versions = this.#past.get(text) ?? [];
    this.#past.set(text, [...versions, { at: this.#scheduler.now, value: await super.describe(key) }]);
  }
}

/** The due index and the one of what is not shipped are behind by a moment; reads of a record are not. */
export class LaggingRecords extends MemoryRecords {
  readonly #scheduler: Pick<Scheduler, 'now'>;
  readonly #chance: Chance;
  readonly #staleMs: number;
  readonly #past = new Map<string, Versions<Instant | undefined>>();

  constructor(scheduler: Pick<Scheduler, 'now'>, chance: Chance, staleMs: number) {
    super();
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#staleMs = staleMs;
  }

  override async commit(change: Change): Promise<void> {
    await super.commit(change);
    freeze(this.requests.get(change.request.id));
    if (this.#staleMs === 0) return;
    const { id, dueAt } = change.request;
    const versions = this.#past.get(id) ?? [];
    this.#past.set(id, [...versions, { at: this.#scheduler.now, value: dueAt }]);
  }

  /** As it is, but frozen: whoever would change it fails, and nobody has to copy it. */
  override async read(requestId: string): Promise<AccessRequest | undefined> {
    return this.requests.get(requestId);
  }

  override async due(now: Instant, limit: number): Promise<string[]> {
    const lag = lagOf(this.#chance, this.#staleMs);
    if (lag === 0) return super.due(now, limit);
    return [...this.#past]
      .flatMap(([id, versions]) => {
        const dueAt = asOf(versions, this.#scheduler.now - lag);
        return dueAt !== undefined && dueAt <= now ? [{ dueAt, id }] : [];
      })
      .sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
      .slice(0, limit)
      .map(({ id }) => id);
  }

  override async unshippedRequests(limit: number): Promise<string[]> {
    const seen = await super.unshippedRequests(limit);
    const lag = lagOf(this.#chance, this.#staleMs);
    const before = instantOf(this.#scheduler.now - lag);
    return lag === 0 ? seen : seen.filter((id) => (this.requests.get(id)?.updatedAt ?? '') <= before);
  }
}
