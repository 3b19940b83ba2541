/** Proofs of RFC 6962: that a leaf is in a tree, and that a tree is the beginning of a later one. */
import { emptyRoot, Frontier, nodeHash, splitOf } from './merkle-tree.ts';

/** Leaves from `from` up to, not with, `to`. */
export type Span = readonly [from: number, to: number];

/** The subtrees whose roots prove leaf `index` in a tree of `size`, lowest first (RFC 6962, 2.1.1). */
export function inclusionSpans(index: number, size: number): Span[] {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size))
    throw new RangeError(`A tree of ${size} leaves has no leaf ${index}.`);
  const spans: Span[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      spans.push([middle, to]);
      to = middle;
    } else {
      spans.push([from, middle]);
      from = middle;
    }
  }
  return spans.reverse();
}

/** The subtrees whose roots prove that the tree of `old` leaves is the beginning of that of `size` (RFC 6962, 2.1.2). */
export function consistencySpans(old: number, size: number): Span[] {
  if (!(Number.isSafeInteger(old) && old >= 1 && old <= size))
    throw new RangeError(`No tree of ${old} leaves is the beginning of one of ${size} that could be proven.`);
  const spans: Span[] = [];
  let [from, to] = [0, size];
  while (old !== to) {
    const middle = from + splitOf(to - from);
    if (old <= middle) {
      spans.push([middle, to]);
      to = middle;
    } else {
      spans.push([from, middle]);
      from = middle;
    }
  }
  // Whoever checks has the root of the old tree: it is not told again where it is a subtree itself.
  if (from > 0) spans.push([from, to]);
  return spans.reverse();
}

/** Roots of spans, from the hashes of all leaves in order, however many: only the frontiers are kept. */
export class SpanRoots {
  readonly #spans: { span: Span; frontier: Frontier }[];
  #next = 0;
  constructor(spans: readonly Span[]) {
    this.#spans = spans.map((span) => ({ span, frontier: new Frontier() }));
  }

  append(leaf: Uint8Array): void {
    for (const { span, frontier } of this.#spans)
      if (this.#next >= span[0] && this.#next < span[1]) frontier.append(leaf);
    this.#next += 1;
  }

  roots(): Buffer[] {
    return this.#spans.map(({ frontier }) => frontier.root());
  }
}

/** The root that a leaf and its path lead to; undefined when the path has another length than it must have. */
export function rootOfPath(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Buffer | undefined {
  const spans = inclusionSpans(index, size);
  if (spans.length !== path.length) return undefined;
  return spans.reduce((node: Buffer, [from], i) => {
    const other = path[i] ?? node;
    return from > index ? nodeHash(node, other) : nodeHash(other, node);
  }, Buffer.from(leaf));
}

/** Whether `proof` leads from the old root to it and from there to the new one. */
export function isConsistent(
  old: { size: number; root: Uint8Array },
  tree: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (old.size === 0) return proof.length === 0 && Buffer.compare(old.root, emptyRoot) === 0;
  if (old.size > tree.size) return false;
  const spans = consistencySpans(old.size, tree.size);
  if (spans.length !== proof.length) return false;
  const isWhole = spans.every(([from]) => from >= old.size);
  const [first, ...rest] = isWhole ? [old.root, ...proof] : proof;
  const restSpans = isWhole ? spans : spans.slice(1);
  if (!first) return false;
  let oldNode: Buffer = Buffer.from(first);
  let node: Buffer = oldNode;
  for (const [i, other] of rest.entries()) {
    const from = restSpans[i]?.[0] ?? 0;
    if (from >= old.size) node = nodeHash(node, other);
    else [oldNode, node] = [nodeHash(other, oldNode), nodeHash(other, node)];
  }
  return Buffer.compare(oldNode, old.root) === 0 && Buffer.compare(node, tree.root) === 0;
}
