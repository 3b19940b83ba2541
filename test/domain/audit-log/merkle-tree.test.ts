import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyRoot, Frontier, leafHash } from '#domain/audit-log/merkle-tree.ts';
import {
  consistencySpans,
  inclusionSpans,
  isConsistent,
  rootOfPath,
  type Span,
  SpanRoots,
} from '#domain/audit-log/tree-proofs.ts';

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962, 2.1, word for word: no frontier, no spans. */
function naiveRoot(entries: readonly Buffer[]): Buffer {
  const [only] = entries;
  if (!only) return sha256();
  if (entries.length === 1) return sha256(Buffer.of(0), only);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return sha256(Buffer.of(1), naiveRoot(entries.slice(0, k)), naiveRoot(entries.slice(k)));
}

function naivePath(m: number, entries: readonly Buffer[]): Buffer[] {
  if (entries.length <= 1) return [];
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m < k ? [...naivePath(m, left), naiveRoot(right)] : [...naivePath(m - k, right), naiveRoot(left)];
}

function naiveConsistency(m: number, entries: readonly Buffer[], whole: boolean): Buffer[] {
  if (m === entries.length) return whole ? [] : [naiveRoot(entries)];
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m <= k
    ? [...naiveConsistency(m, left, whole), naiveRoot(right)]
    : [...naiveConsistency(m - k, right, false), naiveRoot(left)];
}

function rootsOf(spans: readonly Span[], entries: readonly Buffer[]): Buffer[] {
  const roots = new SpanRoots(spans);
  for (const entry of entries) roots.append(leafHash(entry));
  return roots.roots();
}

function treeOf(entries: readonly Buffer[]): Frontier {
  const tree = new Frontier();
  for (const entry of entries) tree.append(leafHash(entry));
  return tree;
}

const someEntries = (minLength: number) =>
  fc
    .array(fc.uint8Array({ maxLength: 12 }), { minLength, maxLength: 70 })
    .map((all) => all.map((bytes) => Buffer.from(bytes)));

/** Entries that implementations of Certificate Transparency are tried with; the hashes were made by a program of its own. */
const known = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const knownRoots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the tree', () => {
  it.each(knownRoots.map((root, size) => ({ size, root })))(
    'has the known root of $size leaves',
    ({ size, root }) => {
      expect(treeOf(known.slice(0, size)).root().toString('hex')).toBe(root);
    },
  );

  it('has the known proofs', () => {
    expect(rootsOf(inclusionSpans(5, 7), known.slice(0, 7)).map((hash) => hash.toString('hex'))).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(rootsOf(consistencySpans(6, 8), known).map((hash) => hash.toString('hex'))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('grows leaf by leaf, also from what is kept of it, to the root that the definition gives', () => {
    fc.assert(
      fc.property(someEntries(0), fc.nat(70), (entries, cut) => {
        const begun = treeOf(entries.slice(0, cut));
        const tree = new Frontier(begun.size, begun.roots());
        for (const entry of entries.slice(cut)) tree.append(leafHash(entry));
        expect(tree.size).toBe(entries.length);
        expect(tree.root()).toEqual(naiveRoot(entries));
      }),
    );
  });

  it('takes no state that no tree has', () => {
    expect(() => new Frontier(3, [Buffer.alloc(32)])).toThrow(RangeError);
    expect(() => new Frontier(-1, [])).toThrow(RangeError);
    expect(() => new Frontier(0.5, [])).toThrow(RangeError);
  });
});

describe('proofs', () => {
  it('of inclusion are those of the definition, and lead to the root from the right leaf and place only', () => {
    fc.assert(
      fc.property(someEntries(1), fc.nat(), fc.nat(), (entries, some, other) => {
        const index = some % entries.length;
        const path = rootsOf(inclusionSpans(index, entries.length), entries);
        expect(path).toEqual(naivePath(index, entries));
        const root = naiveRoot(entries);
        const leaf = leafHash(entries[index] ?? Buffer.alloc(0));
        expect(rootOfPath(leaf, index, entries.length, path)).toEqual(root);
        expect(rootOfPath(leafHash('another'), index, entries.length, path)).not.toEqual(root);
        expect(rootOfPath(leaf, index, entries.length, [...path, root])).toBeUndefined();
        const elsewhere = other % entries.length;
        if (leafHash(entries[elsewhere] ?? '').equals(leaf)) return;
        expect(rootOfPath(leaf, elsewhere, entries.length, path) ?? Buffer.alloc(0)).not.toEqual(root);
      }),
    );
  });

  it('of consistency are those of the definition, and hold for the true beginning only', () => {
    fc.assert(
      fc.property(someEntries(1), fc.nat(), fc.boolean(), (entries, some, change) => {
        const size = 1 + (some % entries.length);
        const proof = rootsOf(consistencySpans(size, entries.length), entries);
        expect(proof).toEqual(naiveConsistency(size, entries, true));
        const old = { size, root: naiveRoot(entries.slice(0, size)) };
        const tree = { size: entries.length, root: naiveRoot(entries) };
        expect(isConsistent(old, tree, proof)).toBe(true);
        const changed = entries.slice(0, size).with(some % size, Buffer.from('changed'));
        expect(isConsistent({ size, root: naiveRoot(changed) }, tree, proof)).toBe(false);
        expect(isConsistent(old, { ...tree, root: leafHash('x') }, proof)).toBe(false);
        expect(isConsistent(old, tree, change ? [...proof, tree.root] : proof.slice(1))).toBe(
          !change && proof.length === 0,
        );
      }),
    );
  });

  it('are refused for what no tree has', () => {
    expect(() => inclusionSpans(3, 3)).toThrow(RangeError);
    expect(() => inclusionSpans(-1, 3)).toThrow(RangeError);
    expect(() => consistencySpans(0, 3)).toThrow(RangeError);
    expect(() => consistencySpans(4, 3)).toThrow(RangeError);
    expect(isConsistent({ size: 4, root: leafHash('a') }, { size: 3, root: leafHash('a') }, [])).toBe(false);
    expect(isConsistent({ size: 0, root: leafHash('a') }, { size: 3, root: leafHash('a') }, [])).toBe(false);
    expect(isConsistent({ size: 0, root: emptyRoot }, { size: 3, root: leafHash('a') }, [])).toBe(true);
  });
});
