/** What lies in the locked bucket beside the events: lists of leaves, and signed checkpoints. docs/audit/README.md has the format. */
import * as z from 'zod';
import { canonicalJson } from '../digest.ts';
import { type Instant, instantSchema } from '../instant.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

/** `prev` of the first checkpoint. */
export const noCheckpoint = '0'.repeat(64);

/** Hash that stands for a checkpoint without new leaves. */
export const noLeaves = '0'.repeat(64);

const checkpointSchema = z.strictObject({
  v: z.literal(1),
  deployment: z.string().min(1),
  /** 1 for the first, without gaps. */
  number: count.min(1),
  /** Leaves of the tree. */
  size: count,
  /** Of the tree of RFC 6962 over the bytes of all event objects in the order of their leaf numbers. */
  root: hash,
  at: instantSchema,
  /** SHA-256 of the text of the checkpoint object before, or noCheckpoint. */
  prev: hash,
  /** SHA-256 of the text of the list with the leaves that are new, or noLeaves. */
  leaves: hash,
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER) that it is signed for. */
  key: hash,
});
export type Checkpoint = z.output<typeof checkpointSchema>;

export const signedCheckpointSchema = z.strictObject({
  checkpoint: checkpointSchema,
  /** ECDSA P-256 with SHA-256 over signedText, DER in base64. */
  signature: z.base64().min(1),
});
export type SignedCheckpoint = z.output<typeof signedCheckpointSchema>;

const leafSchema = z.tuple([z.string().regex(/^[0-9A-Z]{26}$/), count.min(1), hash]);
/** Request (or kill order), number of its event, hash of the leaf. */
export type Leaf = z.output<typeof leafSchema>;

const leafListSchema = z.strictObject({
  v: z.literal(1),
  /** Of the checkpoint that they are new with. */
  number: count.min(1),
  /** Leaf number of the first of them; the first of all is 0. */
  first: count,
  leaves: z.array(leafSchema).min(1),
});
export type LeafList = z.output<typeof leafListSchema>;

/** What is signed: no other text that this project signs begins so. */
export function signedText(checkpoint: Checkpoint): string {
  return `curfew-checkpoint/1\n${canonicalJson(checkpoint)}`;
}

/** Undefined for whatever isn't one, or is one that is written otherwise than by canonicalJson. */
export function readCheckpoint(text: string): SignedCheckpoint | undefined {
  return readCanonical(text, signedCheckpointSchema);
}

export function readLeafList(text: string): LeafList | undefined {
  return readCanonical(text, leafListSchema);
}

function readCanonical<T>(text: string, schema: z.ZodType<T>): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (canonicalJson(value) !== text) return undefined;
  } catch {
    return undefined;
  }
  return schema.safeParse(value).data;
}

/** An event's object: where it was before there was a log over all requests. */
export function eventKey({ requestId, seq }: { requestId: string; seq: number }): string {
  return `events/${requestId}/${String(seq).padStart(6, '0')}.json`;
}

const numbered = (n: number) => String(n).padStart(12, '0');
export const checkpointKey = (number: number) => `checkpoints/${numbered(number)}.json`;
export const leafListKey = (number: number) => `leaves/${numbered(number)}.json`;

/** How far the log is, to seal on from there. */
export interface LogHead {
  number: number;
  size: number;
  /** Hex; as Frontier.roots(). */
  roots: string[];
  /** When the last checkpoint was made; undefined before the first. */
  at?: Instant;
  /** SHA-256 of its text, or noCheckpoint. */
  checkpoint: string;
}

export const emptyLog: LogHead = { number: 0, size: 0, roots: [], checkpoint: noCheckpoint };
