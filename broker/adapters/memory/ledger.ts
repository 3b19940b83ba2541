/** Who holds which access entry, in memory, with the same conditions as the table's. */
import type { EntryItem, EntryKey } from '#domain/access-entry.ts';
import { canonicalJson } from '#domain/digest.ts';
import { RecordChanged } from '#domain/errors.ts';
import { isOpening } from '#domain/lifecycle.ts';
import type { EntryLedger, Records } from '#ports';
import { copyOf } from './copy.ts';

export class MemoryLedger implements EntryLedger {
  readonly #records: Pick<Records, 'read'>;
  constructor(records: Pick<Records, 'read'>) {
    this.#records = records;
  }

  readonly items = new Map<string, EntryItem>();
  readonly held = new Map<string, Set<string>>();

  async read(key: EntryKey): Promise<EntryItem | undefined> {
    return copyOf(this.items.get(canonicalJson(key)));
  }

  async readAll(keys: readonly EntryKey[]): Promise<(EntryItem | undefined)[]> {
    return Promise.all(keys.map((key) => this.read(key)));
  }

  async holders(key: EntryKey): Promise<string[]> {
    return [...(this.held.get(canonicalJson(key)) ?? [])].sort();
  }

  async hold(requestId: string, expected: EntryItem | undefined, next: EntryItem): Promise<'held' | 'ended'> {
    const request = await this.#records.read(requestId);
    if (!request || !isOpening(request)) return 'ended';
    this.#check(next.key, expected);
    const text = canonicalJson(next.key);
    if (expected !== next) this.items.set(text, copyOf(next));
    this.held.set(text, new Set([...(this.held.get(text) ?? []), requestId]));
    return 'held';
  }

  async release(key: EntryKey, requestId: string): Promise<void> {
    this.held.get(canonicalJson(key))?.delete(requestId);
  }

  async move(expected: EntryItem | undefined, next: EntryItem): Promise<void> {
    this.#check(next.key, expected);
    this.items.set(canonicalJson(next.key), copyOf(next));
  }

  /** Ids of all requests that hold any entry. */
  allHolders(): string[] {
    return [...this.held.values()].flatMap((ids) => [...ids]);
  }

  #check(key: EntryKey, expected: EntryItem | undefined): void {
    const found = this.items.get(canonicalJson(key));
    const same =
      found?.state === expected?.state &&
      found?.generation === expected?.generation &&
      found?.deleteLease === expected?.deleteLease;
    if (!same)
      throw new RecordChanged(
        `The access entry of ${key.principalArn} on ${key.eksName} changed meanwhile. Read it again.`,
      );
  }
}
