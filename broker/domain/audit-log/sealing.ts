/** One seal: new leaves, and the checkpoint over all leaves so far; decided here, signed and stored by whoever asks. */
import { canonicalJson, sha256Hex } from '../digest.ts';
import { type Instant, msBetween } from '../instant.ts';
import {
  type Checkpoint,
  checkpointKey,
  type Leaf,
  type LogHead,
  leafListKey,
  noLeaves,
  type SignedCheckpoint,
} from './log-objects.ts';
import { Frontier, leafHash } from './merkle-tree.ts';

/** A checkpoint is made this often, if only to say that the log is alive. */
export const signOfLifeMs = 3_600_000;

/** An event with the bytes of its object. */
export interface NewLeaf {
  requestId: string;
  seq: number;
  text: string;
}

/** All that a seal writes: decided once, so that whoever carries it out, and however often, writes the same. */
export interface Seal {
  /** Create-only; the checkpoint comes last. */
  objects: { key: string; text: string }[];
  leaves: Leaf[];
  /** Leaf number of the first of them. */
  first: number;
  next: LogHead;
}

export interface Draft {
  checkpoint: Checkpoint;
  /** Text of the list of leaves, where there are any. */
  list?: string;
  leaves: Leaf[];
  first: number;
  roots: string[];
}

export function isSignOfLifeDue(head: LogHead, now: Instant): boolean {
  return head.at === undefined || msBetween(head.at, now) >= signOfLifeMs;
}

/** `key`: the SHA-256 of the public key that the checkpoint is to be signed for. */
export function draftSeal(
  head: LogHead,
  events: readonly NewLeaf[],
  { deployment, at, key }: { deployment: string; at: Instant; key: string },
): Draft {
  const number = head.number + 1;
  const tree = new Frontier(
    head.size,
    head.roots.map((root) => Buffer.from(root, 'hex')),
  );
  const leaves = events.map(({ requestId, seq, text }): Leaf => {
    const hash = leafHash(text);
    tree.append(hash);
    return [requestId, seq, hash.toString('hex')];
  });
  const list = leaves.length > 0 ? canonicalJson({ v: 1, number, first: head.size, leaves }) : undefined;
  const checkpoint: Checkpoint = {
    v: 1,
    deployment,
    number,
    size: tree.size,
    root: tree.root().toString('hex'),
    // A clock that was set back makes no checkpoint earlier than the one before.
    at: head.at !== undefined && head.at > at ? head.at : at,
    prev: head.checkpoint,
    leaves: list === undefined ? noLeaves : sha256Hex(list),
    key,
  };
  const roots = tree.roots().map((root) => root.toString('hex'));
  return { checkpoint, ...(list === undefined ? {} : { list }), leaves, first: head.size, roots };
}

export function sealOf({ list, leaves, first, roots }: Draft, signed: SignedCheckpoint): Seal {
  const { number, size, at } = signed.checkpoint;
  const text = canonicalJson(signed);
  return {
    objects: [
      ...(list === undefined ? [] : [{ key: leafListKey(number), text: list }]),
      { key: checkpointKey(number), text },
    ],
    leaves,
    first,
    next: { number, size, roots, at, checkpoint: sha256Hex(text) },
  };
}
