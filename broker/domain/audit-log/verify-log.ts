/** Verifies a whole log: each checkpoint, the tree under it, and every event; and names what is wrong, and with what. */
import { canonicalJson, sha256Hex } from '../digest.ts';
import { type Instant, msBetween } from '../instant.ts';
import { EventChecks } from './check-events.ts';
import { type Fault, Faults } from './faults.ts';
import {
  type Checkpoint,
  checkpointKey,
  type LeafList,
  leafListKey,
  noCheckpoint,
  noLeaves,
  readCheckpoint,
  readLeafList,
  type SignedCheckpoint,
} from './log-objects.ts';
import type { LogSource } from './log-source.ts';
import { Frontier } from './merkle-tree.ts';

/** A checkpoint is due each hour. */
const silenceMs = 2 * 3_600_000;

export interface Verifying {
  /** Whether it is signed for a key that is known, by that key. */
  isSigned(signed: SignedCheckpoint): boolean;
  /** Only events that were sealed from then on are read; of those before, the leaves alone. */
  since?: Instant;
  /** When the copy was made, or now: the log must be alive then. */
  asOf?: Instant;
  /** A checkpoint of this log that was kept elsewhere. */
  known?: SignedCheckpoint;
  onProgress?(done: { checkpoints: number; leaves: number }): void;
}

export interface Verified {
  faults: Fault[];
  /** Of all faults, told or not. */
  faultCount: number;
  checkpoints: number;
  leaves: number;
  /** Events whose bytes were read and compared. */
  events: number;
  /** Events that are in the store and not sealed yet. */
  waiting: number;
  last?: Checkpoint;
}

export async function verifyLog(source: LogSource, how: Verifying): Promise<Verified> {
  const log = new LogVerifier(source, how);
  await log.checkpoints();
  await log.lists();
  log.end();
  const waiting = await log.events.checkRest(log.last?.at, log.isWhole);
  return {
    faults: log.faults.told,
    faultCount: log.faults.count,
    checkpoints: log.count,
    leaves: log.tree.size,
    events: log.events.read,
    waiting,
    ...(log.last ? { last: log.last } : {}),
  };
}

class LogVerifier {
  readonly faults = new Faults();
  readonly events: EventChecks;
  readonly tree = new Frontier();
  /** False once leaves are missing or not to be trusted: then no root can be made. */
  isWhole = true;
  count = 0;
  last: Checkpoint | undefined;
  /** Digest of the text before; undefined where that isn't known. */
  #prev: string | undefined = noCheckpoint;
  #number = 0;
  readonly #lists = new Set<number>();
  readonly #source: LogSource;
  readonly #how: Verifying;

  constructor(source: LogSource, how: Verifying) {
    this.#source = source;
    this.#how = how;
    this.events = new EventChecks(source, this.faults);
  }

  async checkpoints(): Promise<void> {
    for await (const { key, hidden } of this.#source.list('checkpoints/')) {
      if (hidden) this.faults.add('hidden', key, 'A delete marker lies over it.');
      const number = numberOf(key);
      if (number === undefined) {
        this.faults.add('inserted', key, 'No checkpoint has such a name.');
        continue;
      }
      while (this.#number + 1 < number) await this.#missing();
      this.#number = number;
      await this.#checkpoint(key, number);
      this.count += 1;
      this.#how.onProgress?.({ checkpoints: this.count, leaves: this.tree.size });
    }
  }

  /** Its leaves may be there all the same; the next checkpoint tells whether they are the true ones. */
  async #missing(): Promise<void> {
    this.#number += 1;
    this.faults.add('deleted', checkpointKey(this.#number), 'There are later ones.');
    this.#prev = undefined;
    const object = await this.#source.read(leafListKey(this.#number));
    const list = object && readLeafList(object.text);
    if (list && list.number === this.#number && list.first === this.tree.size)
      await this.#take(list, this.last?.at ?? '9999-12-31T00:00:00.000Z');
  }

  async #checkpoint(key: string, number: number): Promise<void> {
    const object = await this.#source.read(key);
    const signed = object && readCheckpoint(object.text);
    const prev = this.#prev;
    this.#prev = undefined;
    if (object?.locked === false) this.faults.add('unlocked', key, 'It can be deleted.');
    if (!object || !signed) {
      this.faults.add('edited', key, 'It is no checkpoint.');
      return this.#unsure(number);
    }
    const { checkpoint } = signed;
    if (!this.#how.isSigned(signed)) {
      this.faults.add('forged', key, "It is not signed by the deployment's key.");
      return this.#unsure(number);
    }
    if (checkpoint.number !== number || checkpoint.deployment !== (this.last ?? checkpoint).deployment) {
      this.faults.add('swapped', key, `It is checkpoint ${checkpoint.number} of ${checkpoint.deployment}.`);
      return this.#unsure(number);
    }
    this.#prev = sha256Hex(object.text);
    if (prev !== undefined && checkpoint.prev !== prev)
      this.faults.add('forked', key, 'It does not follow the checkpoint before.');
    if (this.last && checkpoint.at < this.last.at)
      this.faults.add('stale-clock', key, `It says ${checkpoint.at}, and one before it ${this.last.at}.`);
    this.#compareKnown(key, checkpoint);
    this.last = checkpoint;
    if (checkpoint.leaves !== noLeaves) await this.#list(checkpoint);
    this.#compareRoot(key, checkpoint, prev !== undefined);
  }

  /** Nothing says what is sealed with this number: its leaves are taken as they are, until a checkpoint tells. */
  async #unsure(number: number): Promise<void> {
    const object = await this.#source.read(leafListKey(number));
    const list = object && readLeafList(object.text);
    if (list && list.number === number && list.first === this.tree.size)
      await this.#take(list, this.last?.at ?? '9999-12-31T00:00:00.000Z');
  }

  async #list({ number, size, leaves, at }: Checkpoint): Promise<void> {
    const key = leafListKey(number);
    this.#lists.add(number);
    const object = await this.#source.read(key);
    if (object?.locked === false) this.faults.add('unlocked', key, 'It can be deleted.');
    const list = object && readLeafList(object.text);
    if (!object) this.faults.add('deleted', key, 'Its checkpoint names it.');
    else if (sha256Hex(object.text) !== leaves) {
      const isOther = list !== undefined && list.number !== number;
      this.faults.add(isOther ? 'swapped' : 'edited', key, 'It is not what its checkpoint names.');
    } else if (!list || list.number !== number || list.first + list.leaves.length !== size)
      this.faults.add('forged', key, 'It is no list of leaves.');
    else return this.#take(list, at);
    this.isWhole = false;
  }

  async #take(list: LeafList, sealedAt: Instant): Promise<void> {
    this.#lists.add(list.number);
    const before = this.tree.size;
    for (const [, , hash] of list.leaves) this.tree.append(Buffer.from(hash, 'hex'));
    const { since } = this.#how;
    await this.events.check(list.leaves, sealedAt, {
      isRead: since === undefined || sealedAt >= since,
      isWhole: this.isWhole && list.first === before,
    });
  }

  #compareRoot(key: string, { size, root }: Checkpoint, isNext: boolean): void {
    if (!this.isWhole) return;
    if (this.tree.size === size && this.tree.root().toString('hex') === root) return;
    // Behind a gap the leaves in it are what is missing; that was told.
    if (isNext) this.faults.add('forked', key, 'It was signed for another tree.');
    this.isWhole = false;
  }

  #compareKnown(key: string, checkpoint: Checkpoint): void {
    const { known } = this.#how;
    if (known?.checkpoint.number !== checkpoint.number) return;
    if (canonicalJson(known.checkpoint) !== canonicalJson(checkpoint))
      this.faults.add('forked', key, 'The checkpoint of this number that was kept elsewhere is another one.');
  }

  /** Lists that no checkpoint names. */
  async lists(): Promise<void> {
    for await (const { key, hidden } of this.#source.list('leaves/')) {
      if (hidden) this.faults.add('hidden', key, 'A delete marker lies over it.');
      const number = numberOf(key);
      if (number !== undefined && this.#lists.has(number)) continue;
      if (number === undefined || number <= this.#number)
        this.faults.add('inserted', key, 'No checkpoint names it.');
      else if ((await this.#source.read(checkpointKey(number))) === undefined)
        this.faults.add('truncated', checkpointKey(number), 'Its leaves are there, and it is not.');
    }
  }

  end(): void {
    const { known, asOf, isSigned } = this.#how;
    const next = checkpointKey(this.#number + 1);
    if (known && !isSigned(known))
      this.faults.add(
        'forged',
        'known',
        "The checkpoint kept elsewhere is not signed by the deployment's key.",
      );
    else if (known && known.checkpoint.number > this.#number)
      this.faults.add('truncated', next, `Checkpoint ${known.checkpoint.number} was kept elsewhere.`);
    else if (this.#number === 0) this.faults.add('truncated', next, 'There is no checkpoint at all.');
    else if (this.last && asOf !== undefined && msBetween(this.last.at, asOf) > silenceMs)
      this.faults.add('truncated', next, `The last one is of ${this.last.at}; one is made each hour.`);
  }
}

function numberOf(key: string): number | undefined {
  const digits = /^(?:checkpoints|leaves)\/(\d{12})[.]json$/.exec(key)?.[1];
  return digits === undefined || Number(digits) === 0 ? undefined : Number(digits);
}
