/** The Merkle tree of RFC 6962 (section 2.1), SHA-256: hashes of leaves and nodes, and a frontier that grows leaf by leaf. */
import { createHash } from 'node:crypto';

const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

export function leafHash(bytes: Uint8Array | string): Buffer {
  return createHash('sha256').update(leafPrefix).update(bytes).digest();
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(nodePrefix).update(left).update(right).digest();
}

/** Root of the tree without leaves. */
export const emptyRoot = createHash('sha256').digest();

/**
 * All that is needed of a tree to append to it: the roots of its whole subtrees, largest first, one for each bit of its
 * size. Append takes amortised constant time; the rest grows with the logarithm of the size.
 */
export class Frontier {
  #size: number;
  readonly #roots: Buffer[];

  /** `roots` as `roots()` gave them at that size. Throws RangeError when there are not as many as the size has bits set. */
  constructor(size = 0, roots: readonly Uint8Array[] = []) {
    if (!Number.isSafeInteger(size) || size < 0 || bitsOf(size) !== roots.length)
      throw new RangeError(
        `A tree of ${size} leaves has ${bitsOf(size)} whole subtrees, not ${roots.length}.`,
      );
    this.#size = size;
    this.#roots = roots.map((root) => Buffer.from(root));
  }

  get size(): number {
    return this.#size;
  }

  roots(): Buffer[] {
    return [...this.#roots];
  }

  append(leaf: Uint8Array): void {
    let node: Uint8Array = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2))
      node = nodeHash(this.#roots.pop() ?? emptyRoot, node);
    this.#roots.push(Buffer.from(node));
    this.#size += 1;
  }

  root(): Buffer {
    const [last, ...before] = [...this.#roots].reverse();
    if (!last) return emptyRoot;
    return before.reduce((right, left) => nodeHash(left, right), last);
  }
}

function bitsOf(size: number): number {
  let bits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}

/** Largest power of two below `size`, which is at least 2: where RFC 6962 splits a tree. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
