/** EKS as it lags: for seconds it may not show an access entry yet that was made, or still show one that was deleted or replaced. */
import { MemoryEntries } from '#adapters/memory/entries.ts';
import type { EntryKey } from '#domain/access-entry.ts';
import type { StandingEntry } from '#ports';
import type { Chance } from './chance.ts';
import { addVersion, asOf, lagOf, type Versions } from './lag.ts';
import type { Scheduler } from './scheduler.ts';

const textOf = ({ eksName, region, principalArn }: EntryKey) => `${eksName} ${region} ${principalArn}`;

export class LaggingEntries extends MemoryEntries {
  readonly #scheduler: Pick<Scheduler, 'now'>;
  readonly #chance: Chance;
  readonly #staleMs: number;
  readonly #past = new Map<string, Versions<StandingEntry | undefined>>();
  /** Whether what was deleted or replaced may still be shown. */
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

  override edit(...args: Parameters<MemoryEntries['edit']>): void {
    super.edit(...args);
    void this.#changed(args[0]);
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
    const at = this.#scheduler.now;
    addVersion(this.#past, textOf(key), at, await super.describe(key));
  }
}
