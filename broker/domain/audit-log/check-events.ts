/** Checks events against their leaves: the bytes that were sealed, each request's in the order of its chain. */
import { chainStart } from '../audit-event.ts';
import { after, type Instant } from '../instant.ts';
import type { Faults } from './faults.ts';
import { eventKey, type Leaf } from './log-objects.ts';
import type { LogSource, ReadObject } from './log-source.ts';
import { leafHash } from './merkle-tree.ts';
import { readSealedEvent } from './sealed-event.ts';

/** Clocks of functions differ by less. */
const clockSkewMs = 300_000;

/** An event that has waited so long for its leaf was never meant to have one. */
const sealedWithinMs = 600_000;

/** Reads under way at a time. */
const atOnce = 64;

interface Head {
  seq: number;
  /** Undefined where the event could not be read. */
  hash?: string | undefined;
  at?: Instant | undefined;
}

export class EventChecks {
  /** Last event with a leaf of each request: what a verifier's memory grows with. */
  readonly #heads = new Map<string, Head>();
  readonly #source: LogSource;
  readonly #faults: Faults;
  read = 0;

  constructor(source: LogSource, faults: Faults) {
    this.#source = source;
    this.#faults = faults;
  }

  /**
   * `sealedAt`: of the checkpoint. `isRead`: else only their order is looked at. `isWhole`: false where leaves before these
   * are missing, so that nothing can be said of their order.
   */
  async check(
    leaves: readonly Leaf[],
    sealedAt: Instant,
    { isRead, isWhole }: { isRead: boolean; isWhole: boolean },
  ): Promise<void> {
    for (let i = 0; i < leaves.length; i += atOnce) {
      const some = leaves.slice(i, i + atOnce);
      const objects = isRead ? await Promise.all(some.map((leaf) => this.#source.read(keyOf(leaf)))) : [];
      for (const [j, leaf] of some.entries()) {
        const head = this.#inOrder(leaf, isWhole);
        this.#heads.set(leaf[0], isRead ? this.#checked(leaf, head, objects[j], sealedAt) : { seq: leaf[1] });
      }
    }
  }

  #inOrder([requestId, seq]: Leaf, isWhole: boolean): Head {
    const head = this.#heads.get(requestId) ?? { seq: 0, hash: chainStart };
    const key = eventKey({ requestId, seq });
    if (seq === head.seq + 1) return head;
    if (!isWhole) return { seq: seq - 1 };
    if (seq <= head.seq) this.#faults.add('inserted', key, 'It has a second leaf.');
    else
      this.#faults.add(
        'deleted',
        eventKey({ requestId, seq: head.seq + 1 }),
        `It has no leaf, event ${seq} has.`,
      );
    return { seq: seq - 1 };
  }

  #checked(leaf: Leaf, head: Head, object: ReadObject | undefined, sealedAt: Instant): Head {
    const [requestId, seq, hash] = leaf;
    const key = keyOf(leaf);
    const fault = this.#faults.add.bind(this.#faults);
    if (!object) {
      fault('deleted', key, 'It was sealed, and is not there.');
      return { seq };
    }
    this.read += 1;
    if (object.locked === false) fault('unlocked', key, 'It can be deleted.');
    const event = readSealedEvent(object.text);
    const isElsewhere = event && (event.requestId !== requestId || event.seq !== seq);
    if (isElsewhere) {
      const whose = `It is event ${event.seq} of ${event.requestId}.`;
      fault(event.requestId === requestId ? 'reordered' : 'swapped', key, whose);
      return { seq };
    }
    if (!event || leafHash(object.text).toString('hex') !== hash) {
      fault('edited', key, event ? 'It is not what was sealed.' : 'Its own hash does not hold.');
      return { seq };
    }
    if (head.hash !== undefined && event.prev !== head.hash)
      fault('forked', key, `It does not follow event ${seq - 1}.`);
    if (event.at > after(sealedAt, clockSkewMs))
      fault('stale-clock', key, `It says ${event.at}, and was sealed at ${sealedAt}.`);
    if (head.at !== undefined && event.at < after(head.at, -clockSkewMs))
      fault('stale-clock', key, `It says ${event.at}, and the event before ${head.at}.`);
    return { seq, hash: event.hash, at: event.at };
  }

  /**
   * What is in the store without a leaf. `isNamed`: false where leaves are missing, and nobody can tell. Returns how many
   * wait to be sealed.
   */
  async checkRest(lastSealed: Instant | undefined, isNamed: boolean): Promise<number> {
    let waiting = 0;
    for await (const { key, hidden, stored } of this.#source.list('events/')) {
      if (hidden) this.#faults.add('hidden', key, 'A delete marker lies over it.');
      const [, requestId = '', number = ''] = /^events\/([0-9A-Z]{26})\/(\d{6,})[.]json$/.exec(key) ?? [];
      const seq = Number(number);
      if (seq > 0 && seq <= (this.#heads.get(requestId)?.seq ?? 0)) continue;
      const event = readSealedEvent((await this.#source.read(key))?.text ?? '');
      const isOne = event !== undefined && event.requestId === requestId && event.seq === seq;
      const since = stored ?? event?.at;
      const isOld =
        since === undefined || (lastSealed !== undefined && after(since, sealedWithinMs) <= lastSealed);
      if (isOne && !isOld) waiting += 1;
      else if (isNamed)
        this.#faults.add(
          'inserted',
          key,
          isOne ? 'It was never sealed, and is older than the log.' : 'It is no event of ours.',
        );
    }
    return waiting;
  }
}

const keyOf = ([requestId, seq]: Leaf) => eventKey({ requestId, seq });
